import { atLeast, choice, flag, integer, list, regexes } from '../../../settings/kinds.ts';
import { defineSetting } from '../../../settings/setting.ts';
import { keyRules, type KeyRule } from '../key-rules.ts';

const FILTERS = 'Filters';
const SNAPSHOT = 'Snapshot';
const BUILT_SNAPSHOT_MODES: ReadonlySet<string> = new Set(['initial', 'no_data', 'never']);

/** Which changes are captured. */
export const filterSettings = {
  schemaInclude: regexes('schema.include.list', {
    group: FILTERS,
    documentation:
      'Java regular expressions, separated by commas, of schema names to capture. Not with schema.exclude.list.',
  }),
  schemaExclude: regexes('schema.exclude.list', {
    group: FILTERS,
    documentation: 'Java regular expressions, separated by commas, of schema names not to capture.',
  }),
  tableInclude: regexes('table.include.list', {
    importance: 'HIGH',
    group: FILTERS,
    documentation:
      'Java regular expressions, separated by commas, of schema.table to capture. Not with table.exclude.list.',
  }),
  tableExclude: regexes('table.exclude.list', {
    group: FILTERS,
    documentation: 'Java regular expressions, separated by commas, of schema.table not to capture.',
  }),
  columnInclude: regexes('column.include.list', {
    group: FILTERS,
    documentation:
      'Java regular expressions, separated by commas, of schema.table.column to capture. Key columns stay in the key. Not with column.exclude.list.',
  }),
  columnExclude: regexes('column.exclude.list', {
    group: FILTERS,
    documentation:
      'Java regular expressions, separated by commas, of schema.table.column not to capture. Key columns stay in the key.',
  }),
  messageKeyColumns: defineSetting<readonly KeyRule[]>({
    name: 'message.key.columns',
    type: 'STRING',
    defaultText: '',
    group: FILTERS,
    parse: keyRules,
    documentation:
      'Other columns than the primary key as message key: schema.table:column,column, several rules separated by semicolons; the table is a Java regular expression.',
  }),
  messageInclude: regexes('message.prefix.include.list', {
    group: FILTERS,
    documentation:
      'Java regular expressions, separated by commas, of prefixes of the messages of pg_logical_emit_message to capture; default: all. Not with message.prefix.exclude.list.',
  }),
  messageExclude: regexes('message.prefix.exclude.list', {
    group: FILTERS,
    documentation:
      'Java regular expressions, separated by commas, of prefixes of the messages not to capture; with .* the server does not even send them.',
  }),
  skippedOperations: list('skipped.operations', {
    default: 't',
    group: FILTERS,
    check: (words) => {
      const wrong = words.find((word) => !['c', 'u', 'd', 't', 'none'].includes(word));
      return wrong === undefined ? undefined : `'${wrong}' is none of c, u, d, t, none`;
    },
    documentation:
      'Operations that are left out: c, u, d, t (truncate), or none. A publication created here does not even send them.',
  }),
  ignoreBuiltin: flag('table.ignore.builtin', {
    default: 'true',
    importance: 'LOW',
    group: FILTERS,
    check: (value) => (value ? undefined : 'the tables of the system catalog cannot be captured'),
    documentation: 'Leaves system tables out; nothing else is possible.',
  }),
};

/** Whether and how the rows that exist are read first. */
export const snapshotSettings = {
  snapshotMode: choice(
    'snapshot.mode',
    ['initial', 'no_data', 'never', 'always', 'initial_only', 'when_needed', 'configuration_based', 'custom'],
    {
      default: 'initial',
      group: SNAPSHOT,
      recommended: [...BUILT_SNAPSHOT_MODES],
      check: (mode) =>
        BUILT_SNAPSHOT_MODES.has(mode) ? undefined : `'${mode}' is not built yet; use initial or no_data`,
      documentation:
        'initial: a connector without offsets first reads all captured tables; no_data (formerly never): it starts with the changes from now on.',
    },
  ),
  snapshotTables: regexes('snapshot.include.collection.list', {
    group: SNAPSHOT,
    documentation:
      'Java regular expressions, separated by commas, of the captured tables that a snapshot reads; default: all of them.',
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
