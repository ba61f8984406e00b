import { atLeast, choice, flag, integer, list, regexes } from '../../../settings/kinds.ts';
import { defineSetting } from '../../../settings/setting.ts';
import { typeAliases, type TypeAliases } from '../catalog/type-aliases.ts';
import { keyRules, type KeyRule } from '../key-rules.ts';

const FILTERS = 'Filters';

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
  typeAliases: defineSetting<TypeAliases>({
    name: 'millrace.type.aliases',
    type: 'STRING',
    defaultText: '',
    importance: 'LOW',
    group: FILTERS,
    parse: typeAliases,
    documentation:
      'Types that are to be taken for others, separated by commas: type=known or schema.type=known, with names as in pg_type, for instance date=timestamp,number=numeric,varchar2=varchar,clob=text. For servers with types of their own, whose values print as those of the known type do. Without, columns of types that are not known here are left out (include.unknown.datatypes).',
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
  tablesMax: integer('guardrail.collections.max', 'INT', {
    default: '0',
    importance: 'LOW',
    group: FILTERS,
    check: atLeast(0),
    documentation:
      'Most tables that the filters may match when the task starts, beyond which guardrail.collections.limit.action applies; 0: any number.',
  }),
  tablesMaxAction: choice('guardrail.collections.limit.action', ['warn', 'fail'], {
    default: 'warn',
    importance: 'LOW',
    group: FILTERS,
    documentation: 'warn: a line in the log; fail: the task fails.',
  }),
  ignoreBuiltin: flag('table.ignore.builtin', {
    default: 'true',
    importance: 'LOW',
    group: FILTERS,
    check: (value) => (value ? undefined : 'the tables of the system catalog cannot be captured'),
    documentation: 'Leaves system tables out; nothing else is possible.',
  }),
};
