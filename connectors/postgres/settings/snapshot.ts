import { atLeast, choice, flag, integer, list, regexes } from '../../../settings/kinds.ts';
import type { Setting } from '../../../settings/setting.ts';

const SNAPSHOT = 'Snapshot';

/** One of the five settings of snapshot.mode=configuration_based. */
function based(name: string, effect: string): Setting<boolean> {
  return flag(`snapshot.mode.configuration.based.${name}`, {
    default: 'false',
    importance: 'LOW',
    group: SNAPSHOT,
    documentation: `With snapshot.mode=configuration_based: ${effect}`,
  });
}

/** Whether and how the rows that exist are read first. */
export const snapshotSettings = {
  snapshotMode: choice(
    'snapshot.mode',
    ['initial', 'initial_only', 'no_data', 'never', 'always', 'when_needed', 'configuration_based', 'custom'],
    {
      default: 'initial',
      group: SNAPSHOT,
      recommended: ['initial', 'initial_only', 'no_data', 'always', 'when_needed', 'configuration_based'],
      check: (mode) =>
        mode === 'custom'
          ? "'custom' names a Java class that cannot run here; configuration_based says the same by five settings"
          : undefined,
      documentation:
        'initial: a connector without offsets first reads all captured tables; initial_only: it reads them and then stops by itself, without changes; no_data (formerly never): it starts with the changes from now on; always: it reads them whenever its task starts; when_needed: as initial, and again when the server has no longer what follows the offset, instead of failing; configuration_based: as the five settings say.',
    },
  ),
  basedOnData: based('snapshot.data', 'the captured tables are read whenever the task starts.'),
  basedOnStream: based(
    'start.stream',
    'changes follow. Without, the connector stops by itself once the rows are read, as with initial_only.',
  ),
  basedOnDataError: based(
    'snapshot.on.data.error',
    'all is read anew when the server has no longer what follows the offset, instead of failing.',
  ),
  snapshotTables: regexes('snapshot.include.collection.list', {
    group: SNAPSHOT,
    documentation:
      'Java regular expressions, separated by commas, of the captured tables that a snapshot reads; default: all of them.',
  }),
  overriddenTables: list('snapshot.select.statement.overrides', {
    default: '',
    group: SNAPSHOT,
    documentation:
      'Tables (schema.table, separated by commas) that a snapshot reads by a query of yours, each in a setting snapshot.select.statement.overrides.<schema>.<table>. The query gives columns by the names of the table, the key and all that cannot be NULL among them; what it leaves out is NULL. Such a table is one chunk.',
  }),
  tableOrder: choice('snapshot.tables.order.by.row.count', ['disabled', 'ascending', 'descending'], {
    default: 'disabled',
    importance: 'LOW',
    group: SNAPSHOT,
    documentation:
      'In which order tables are read: ascending or descending by the number of rows that the server estimates. disabled: in the order of snapshot.include.collection.list or else table.include.list, those of one entry by name.',
  }),
  snapshotChunkBytes: integer('millrace.snapshot.chunk.bytes', 'LONG', {
    default: '16777216',
    importance: 'LOW',
    group: SNAPSHOT,
    check: atLeast(65_536),
    documentation:
      "About how much of a table (as the server stores it) is read and committed at once. A snapshot that is interrupted goes on at the chunk, and chunks are spread over the connector's tasks.",
  }),
  snapshotLockTimeoutMs: integer('snapshot.lock.timeout.ms', 'LONG', {
    default: '10000',
    group: SNAPSHOT,
    check: atLeast(0),
    documentation: 'How long the snapshot waits for ACCESS SHARE on a table, which an ALTER TABLE may hold up.',
  }),
  snapshotDelayMs: integer('snapshot.delay.ms', 'LONG', {
    default: '0',
    importance: 'LOW',
    group: SNAPSHOT,
    check: atLeast(0),
    documentation: 'Time to wait before the snapshot.',
  }),
  streamingDelayMs: integer('streaming.delay.ms', 'LONG', {
    default: '0',
    importance: 'LOW',
    group: SNAPSHOT,
    check: atLeast(0),
    documentation: 'Time to wait between the end of the snapshot and the first change.',
  }),
};
