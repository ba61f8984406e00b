import { between, choice, integer } from '../../../settings/kinds.ts';

const UNAVAILABLE = 'Values that are not sent';

/** What becomes of values that the server does not send, since they are stored out of line (TOAST) and did not change. */
export const unavailableSettings = {
  unavailableValues: choice('millrace.unavailable.values', ['placeholder', 'reread'], {
    default: 'placeholder',
    importance: 'LOW',
    group: UNAVAILABLE,
    documentation:
      'What stands for a value that PostgreSQL does not send with an update, because it is stored out of line (TOAST) and did not change. placeholder: unavailable.value.placeholder. reread: the value that the row has now, read from the table by its replica identity, many rows at once; it may be newer than the change. The header millrace.reread names such fields, millrace.unavailable those whose row is gone or could not be read in time and that have the placeholder. Needs SELECT on the table. REPLICA IDENTITY FULL sends all values and needs neither.',
  }),
  rereadTimeoutMs: integer('millrace.reread.timeout.ms', 'INT', {
    default: '5000',
    importance: 'LOW',
    group: UNAVAILABLE,
    check: between(10, 600_000),
    documentation:
      'How long the stream waits for values that are read again, for example while an ALTER TABLE holds its lock; after that the placeholder stands for them.',
  }),
};
