import { ConnectorError } from '../../errors/connector-error.ts';
import { traceText } from '../../errors/trace-text.ts';
import type { TaskEvent } from '../supervisor/task-hosts.ts';

/**
 * What a task says that fails while the topic of source offsets is lost: whatever it ran into, that is why, and starting it
 * again would change nothing. A fenced task still says nothing.
 */
export function withLostOffsets(event: TaskEvent, lost: ConnectorError | undefined): TaskEvent {
  if (lost === undefined || event.type !== 'failed' || event.failure.fencing) return event;
  const error = new ConnectorError(lost.code, `${lost.message}; the task is not started without its offsets`, {
    cause: lost.cause,
  });
  return {
    ...event,
    failure: { code: error.code, message: error.message, trace: traceText(error), fencing: false, retry: error.retry },
  };
}
