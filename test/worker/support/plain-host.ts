import { noErrors } from '../../../worker/task-host/record-errors.ts';
import { toHost, type FromHost } from '../../../worker/task-host/messages.ts';

/**
 * A task host that does nothing but answer, and misbehaves on request: the task's configuration says how.
 * `ends`: exit | abort | throw ends the process at its start; `stops`: never ignores a stop.
 */
function send(message: FromHost): void {
  if (!process.connected) process.exit(0);
  process.send?.(message, undefined, undefined, () => undefined);
}

const incarnations = new Map<string, { incarnation: string; stops: string }>();

process.on('message', (raw) => {
  const message = toHost.parse(raw);
  if (message.type === 'start') {
    const { incarnation, taskConfig } = message.order;
    incarnations.set(message.id, { incarnation, stops: taskConfig['stops'] ?? 'at once' });
    const pendingBytes = Number(taskConfig['bytes'] ?? '0');
    const progress = { records: 0, transactions: 0, lastCommitMs: null, pendingBytes, errors: noErrors };
    send({ type: 'progress', id: message.id, incarnation, progress });
    send({ type: 'started', id: message.id, incarnation });
    if (taskConfig['ends'] === 'exit') process.exit(7);
    if (taskConfig['ends'] === 'abort') process.abort();
    if (taskConfig['ends'] === 'throw') throw new Error('the host broke');
  }
  if (message.type === 'lease')
    send({
      type: 'log',
      level: 'info',
      fields: { sentAt: message.sentAt, validMs: message.validMs },
      message: 'lease',
    });
  if (message.type === 'stop') {
    const task = incarnations.get(message.id);
    if (task !== undefined && task.stops !== 'never')
      send({ type: 'stopped', id: message.id, incarnation: task.incarnation });
  }
});
process.on('disconnect', () => process.exit(0));
send({ type: 'ready' });
