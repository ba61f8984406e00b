import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { identify, isAlive, type ProcessIdentity } from '../../scripts/stack/process-identity.ts';

const run = promisify(execFile);
const STACK = join(import.meta.dirname, '../../scripts/stack.ts');
const LIBRARY = join(import.meta.dirname, '../../scripts/stack/stack.ts');
const NAMES = ['one', 'two', 'stale'] as const;
type Name = (typeof NAMES)[number];
const infoSchema = z.object({ folder: z.string(), servers: z.record(z.string(), z.object({ pid: z.number() })) });

async function alive(pid: number): Promise<ProcessIdentity> {
  const identity = await identify(pid);
  assert.ok(identity, `process ${pid} runs`);
  return identity;
}

async function untilGone(identity: ProcessIdentity): Promise<void> {
  while (await isAlive(identity)) await delay(20); // the test's own timeout is the limit
}

describe('stack: processes', () => {
  let cache: string;

  before(async () => {
    cache = await mkdtemp(join(tmpdir(), 'millrace-cache-')); // its records stay apart from the developer's own stacks
  });
  after(() => rm(cache, { recursive: true }));

  // Background stacks outlive an interrupted run by design, so these have to be ended here.
  const endOnInterruption = (): void => {
    for (const name of NAMES) spawnSync(process.execPath, [STACK, 'down', '--name', name], { env: environment() });
    process.exit(143);
  };
  before(() => void process.once('SIGTERM', endOnInterruption));
  after(() => void process.off('SIGTERM', endOnInterruption));

  function environment(): NodeJS.ProcessEnv {
    return { ...process.env, MILLRACE_CACHE: cache };
  }

  async function stack(...args: string[]): Promise<string> {
    return (await run(process.execPath, [STACK, ...args], { env: environment() })).stdout;
  }

  async function up(name: Name): Promise<{ process: ProcessIdentity; folder: string }> {
    const info = infoSchema.parse(JSON.parse(await stack('up', '--name', name, 'postgres')));
    return { process: await alive(info.servers['postgres']?.pid ?? 0), folder: info.folder };
  }

  it('servers of a program end with it, even when it is killed with SIGKILL', async () => {
    const source = `import { Stack } from ${JSON.stringify(LIBRARY)};
      const stack = await Stack.open({ name: 'doomed' });
      const postgres = await stack.start('postgres');
      console.log(postgres.pid);`;
    const program: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.ok(program.stdout);
    for await (const line of createInterface({ input: program.stdout })) {
      const server = await alive(Number(line));
      program.kill('SIGKILL');
      await untilGone(server);
    }
  });

  it('two background stacks run side by side, and down ends the processes of its own only', async () => {
    const [one, two] = await Promise.all([up('one'), up('two')]);
    assert.match(await stack('status'), /one\tpostgres\tpostgres\tpid \d+\trunning\n.*two\tpostgres/s);
    await stack('down', '--name', 'one');
    assert.deepEqual([await isAlive(one.process), await isAlive(two.process)], [false, true]);
    await stack('down', '--name', 'two');
    assert.equal(await isAlive(two.process), false);
    assert.equal(await stack('status'), '');
  });

  it('down spares a process that has got the number of a recorded one', async () => {
    const { process: server } = await up('stale');
    const stranger = spawn('sleep', ['600']);
    try {
      const file = join(cache, 'stacks', 'stale.json');
      const record = await readFile(file, 'utf8');
      await writeFile(file, record.replace(`"pid": ${server.pid},`, `"pid": ${stranger.pid ?? 0},`));
      assert.match(await stack('down', '--name', 'stale'), /ended 0 processes/);
      assert.equal(stranger.exitCode ?? stranger.signalCode, null);
    } finally {
      stranger.kill();
      process.kill(server.pid, 'SIGQUIT');
      await untilGone(server);
    }
  });

  it('up names the servers there are when it does not know one', async () => {
    await assert.rejects(
      stack('up', '--name', 'unknown', 'oracle'),
      /'oracle' is no server of the stack; there are: kafka/,
    );
  });
});
