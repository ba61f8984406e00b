import { TaskHost } from './task-host.ts';

/** Entry of the child process; everything it does comes over the channel of the worker that forked it. */
if (process.send === undefined) {
  process.stderr.write('host-main is started by a worker, not by hand\n');
  process.exit(2);
}
new TaskHost().listen();
