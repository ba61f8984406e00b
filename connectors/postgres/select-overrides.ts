import type { ConnectorConfig, SettingProblem } from '../source-connector.ts';

const TABLES = 'snapshot.select.statement.overrides';

/** The tables that are read by a query of the operator's, by `schema.table` as listed. */
export type SelectOverrides = ReadonlyMap<string, string>;

/** The queries of `snapshot.select.statement.overrides` and of the settings, one for each table, whose names begin with it. */
export function selectOverrides(config: ConnectorConfig): SelectOverrides {
  return new Map(listed(config).map((table) => [table, (config[`${TABLES}.${table}`] ?? '').trim()]));
}

/** What is wrong with them as far as that shows without the server. */
export function overrideProblems(config: ConnectorConfig): SettingProblem[] {
  const queries = selectOverrides(config);
  const problems: SettingProblem[] = [];
  for (const [table, query] of queries) {
    const setting = `${TABLES}.${table}`;
    if (query === '')
      problems.push({ setting: TABLES, message: `${TABLES} names ${table}, but ${setting}, its query, is not set` });
    else if (query.endsWith(';'))
      problems.push({ setting, message: `${setting}: the query stands inside another one; leave its semicolon out` });
  }
  for (const setting of Object.keys(config)) {
    if (!setting.startsWith(`${TABLES}.`) || queries.has(setting.slice(TABLES.length + 1))) continue;
    const table = setting.slice(TABLES.length + 1);
    problems.push({ setting, message: `${setting} has no effect unless ${TABLES} names ${table}, too` });
  }
  return problems;
}

/** Name of the setting with a table's query, for messages. */
export function overrideSetting(table: string): string {
  return `${TABLES}.${table}`;
}

function listed(config: ConnectorConfig): string[] {
  return (config[TABLES] ?? '')
    .split(',')
    .map((table) => table.trim())
    .filter((table) => table !== '');
}
