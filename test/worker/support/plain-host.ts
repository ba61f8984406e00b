import { noErrors } from '../../../worker/task-host/record-errors.ts';
import { toHost, type FromHost } from '../../../worker/task-host/messages.ts';
import { PipelineMeter } from '../../../worker/task-host/pipeline-meter.ts';
import { progressReport } from '../../../worker/task-host/progress-report.ts';

/**
 * A task host that does nothing but answer, and misbehaves on request: the task's configuration says how.
 * `ends`: exit | abort | throw ends the process at its start; `stops`: never ignores a stop.
 */
function send(message: FromHost): void {
  if (!process.connected) process.exit(0);
  process.send?.(message, undefined, undefined, () => undefined);
}

const meter = new PipelineMeter();
const incarnations = new Map<string, { incarnation: string; stops: string }>();

process.on('message', (raw) => {
  const message = toHost.parse(raw);
  if (message.type === 'start') {
    const { incarnation, taskConfig } = message.order;
    incarnations.set(message.id, { incarnation, stops: taskConfig['stops'] ?? 'at once' });
    const pendingBytes = Number(taskConfig['bytes'] ?? '0');
    const progress = progressReport(
      { figures: { errors: noErrors }, meter: meter.figures, queuedBytes: 0, pendingBytes, capacityBytes: 0 },
      undefined,
    );
    send({ type: 'progress', rssBytes: 1, tasks: [{ id: message.id, incarnation, progress }] });
    send({ type: 'started', id: message.id, incarnation });
    if (taskConfig['ends'] === 'exit') process.exit(7);
    if (taskConfig['ends'] === 'abort') process.abort();
    if (taskConfig['ends'] === 'throw') throw new Error('the host broke');
  }
  if (message.type === 'lease')
    send({
      type: 'log',
      logger: 'test',
      level: 'info',
      fields: { sentAt: message.sentAt, validMs: message.validMs },
      message: 'lease',
    });
  if (message.type === 'log-levels')
    send({ type: 'log', logger: 'test.host', level: 'info', fields: message.levels, message: 'levels' });
  if (message.type === 'stop') {
    const task = incarnations.get(message.id);
    if (task !== undefined && task.stops !== 'never')
      send({ type: 'stopped', id: message.id, incarnation: task.incarnation });
  }
});
process.on('disconnect', () => process.exit(0));
send({ type: 'ready' });
