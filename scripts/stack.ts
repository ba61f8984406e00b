import { Command } from 'commander';
import { withLock } from './stack/exclusive-lock.ts';
import { isAlive } from './stack/process-identity.ts';
import { isServerKind, serverKindNames, type ServerKind } from './stack/server-kinds.ts';
import { StackError } from './stack/stack-error.ts';
import { readRecord, recordedStacks, stackLockFile } from './stack/stack-record.ts';
import { Stack } from './stack/stack.ts';
import { stopStack } from './stack/stop-stack.ts';

const DEFAULT_NAME = 'default';

function print(line: string): void {
  console.log(line);
}

function progress(line: string): void {
  console.error(line);
}

async function up(names: readonly string[], stackName: string): Promise<void> {
  const kinds = (names.length === 0 ? ['kafka', 'postgres'] : names).map(serverKind);
  await exclusively(stackName, async () => {
    const stack = await Stack.open({ name: stackName, background: true, log: progress });
    for (const kind of kinds) {
      if (await isUp(stackName, kind)) progress(`${kind}: is up already`);
      else await stack.start(kind);
    }
  });
  await info(stackName);
}

async function isUp(stackName: string, kind: ServerKind): Promise<boolean> {
  const processes = (await readRecord(stackName))?.servers[kind]?.processes;
  if (processes === undefined) return false;
  for (const process of processes) {
    if (await isAlive(process)) continue;
    throw new StackError(`${process.name} of stack '${stackName}' has ended; run down first`);
  }
  return true;
}

async function down(stackName: string): Promise<void> {
  const ended = await exclusively(stackName, () => stopStack(stackName));
  print(ended === undefined ? `no stack '${stackName}' is up` : `ended ${ended} processes of stack '${stackName}'`);
}

async function status(): Promise<void> {
  for (const name of await recordedStacks()) {
    for (const [server, { processes, info: ready }] of Object.entries((await readRecord(name))?.servers ?? {})) {
      for (const process of processes) {
        const state = !(await isAlive(process)) ? 'ended' : ready === undefined ? 'starting' : 'running';
        print(`${name}\t${server}\t${process.name}\tpid ${process.pid}\t${state}`);
      }
    }
  }
}

async function info(stackName: string): Promise<void> {
  const record = await readRecord(stackName);
  if (record === undefined) throw new StackError(`no stack '${stackName}' is up; start one with: npm run stack -- up`);
  const servers: Record<string, unknown> = {};
  for (const [name, { kind, processes, info: details }] of Object.entries(record.servers)) {
    const pids = Object.fromEntries(processes.map((process) => [process.name, process.pid]));
    servers[name] = { kind, ...details, processes: pids };
  }
  print(JSON.stringify({ name: record.name, folder: record.folder, servers }, undefined, 2));
}

function serverKind(name: string): ServerKind {
  if (isServerKind(name)) return name;
  throw new StackError(`'${name}' is no server of the stack; there are: ${serverKindNames().join(', ')}`);
}

function exclusively<T>(stackName: string, work: () => Promise<T>): Promise<T> {
  return withLock(
    stackLockFile(stackName),
    () => progress(`waiting for another command on stack '${stackName}'`),
    work,
  );
}

const program = new Command('stack').description(
  'Real servers for development, tests and benchmarks, without containers',
);
const nameOption = ['--name <name>', 'which stack', DEFAULT_NAME] as const;
program
  .command('up')
  .argument('[servers...]', `any of ${serverKindNames().join(', ')}; default: kafka postgres`)
  .option(...nameOption)
  .action((names: string[], options: { name: string }) => up(names, options.name));
program
  .command('down')
  .option(...nameOption)
  .action((options: { name: string }) => down(options.name));
program.command('status').action(status);
program
  .command('info')
  .description('addresses, process numbers and data folders as JSON')
  .option(...nameOption)
  .action((options: { name: string }) => info(options.name));

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
