import { ConnectorError } from '../../errors/connector-error.ts';
import { flag, text } from '../../settings/kinds.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { SettingValues } from '../../settings/setting.ts';
import type { ConnectorConfig, SettingProblem } from '../source-connector.ts';
import { overrideProblems, selectOverrides, type SelectOverrides } from './select-overrides.ts';
import { postgresSettings } from './settings.ts';

/** A connector's configuration, parsed and whole. */
export type SourceConfig = SettingValues<typeof postgresSettings> & {
  /** `topic.prefix`: the name of this source in topics, in events and in the keys of offsets. */
  readonly serverName: string;
  /** The queries of `snapshot.select.statement.overrides`. */
  readonly selectOverrides: SelectOverrides;
  /** Whether begins and ends of transactions become events. */
  readonly transactionMetadata: boolean;
  /** Whether `chunkRows` is what an operator says, not a default. */
  readonly hasChunkRows: boolean;
  /** Whether positions are confirmed to the server: neither `lsn.flush.mode=manual` nor `flush.lsn.source=false`. */
  readonly confirms: boolean;
};

// Defined for operators by the format; read here because offsets are stored under the one, and events depend on the other.
const serverName = text('topic.prefix', { required: true, documentation: 'Name of the source.' });
const transactionMetadata = flag('provide.transaction.metadata', { default: 'false', documentation: 'Transactions.' });
const settings = { ...postgresSettings, serverName, transactionMetadata };

/** Throws CONFIG_INVALID with the first problem. */
export function parseConfig(config: ConnectorConfig): SourceConfig {
  const { values, problems } = parseSettings(settings, config);
  const [problem] = [...problems.values()].flat();
  const [conflict] = conflicts(config);
  const message = problem ?? conflict?.message;
  if (message !== undefined) throw new ConnectorError('CONFIG_INVALID', message);
  return whole(values, config);
}

/** The configuration for checks that need it whole; undefined when a single setting is wrong, which others report. */
export function validConfig(config: ConnectorConfig): SourceConfig | undefined {
  const { values, problems } = parseSettings(settings, config);
  return problems.size === 0 ? whole(values, config) : undefined;
}

function whole(values: SettingValues<typeof settings>, config: ConnectorConfig): SourceConfig {
  const hasChunkRows = isSet(config, settings.chunkRows.name);
  const confirms = values.lsnFlushMode !== 'manual' && values.flushLsnSource;
  return { ...values, selectOverrides: selectOverrides(config), hasChunkRows, confirms };
}

function isSet(config: ConnectorConfig, name: string): boolean {
  return (config[name] ?? '').trim() !== '';
}

const EXCLUSIVE = [
  ['schema.include.list', 'schema.exclude.list'],
  ['table.include.list', 'table.exclude.list'],
  ['column.include.list', 'column.exclude.list'],
  ['message.prefix.include.list', 'message.prefix.exclude.list'],
] as const;

/** What single settings cannot say: settings that exclude or need each other. */
export function conflicts(config: ConnectorConfig): SettingProblem[] {
  const both = EXCLUSIVE.filter(([include, exclude]) => isSet(config, include) && isSet(config, exclude)).map(
    ([include, exclude]) => ({
      setting: exclude,
      message: `${include} and ${exclude} exclude each other; keep one of them`,
    }),
  );
  const hasSink = (config['notification.enabled.channels'] ?? '').split(',').some((word) => word.trim() === 'sink');
  const sink =
    hasSink && !isSet(config, 'notification.sink.topic.name')
      ? [
          {
            setting: 'notification.sink.topic.name',
            message: 'the notification channel sink needs the name of its topic',
          },
        ]
      : [];
  return [...both, ...sink, ...overrideProblems(config)];
}
