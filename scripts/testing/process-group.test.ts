import assert from 'node:assert/strict';
import { ProcessGroup } from './process-group.ts';

function shell(script: string): ProcessGroup {
  return new ProcessGroup({ command: '/bin/sh', args: ['-c', script], env: process.env, leftOverPatienceMs: 200 });
}

describe('process group', () => {
  it('reports the code of its command', async () => {
    assert.deepEqual(await shell('exit 3').run(new AbortController().signal), { text: 'code 3', leftOver: false });
  });

  it('a command that cannot be started is a failure, not an exception', async () => {
    const end = await new ProcessGroup({ command: '/nonexistent/command', args: [], env: process.env }).run(
      new AbortController().signal,
    );
    assert.match(end.text, /ENOENT/);
  });

  it('ends what its command left behind, and says so', async () => {
    const end = await shell('sleep 600 & exit 0').run(new AbortController().signal);
    assert.deepEqual(end, { text: 'code 0', leftOver: true });
  });

  it('an interruption ends the command and its children', async () => {
    const interruption = new AbortController();
    const running = shell('sleep 600 & sleep 600; exit 0').run(interruption.signal);
    interruption.abort();
    assert.deepEqual(await running, { text: 'SIGTERM', leftOver: false });
  });
});
