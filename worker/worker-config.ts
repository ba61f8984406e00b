import { availableParallelism, hostname } from 'node:os';
import { ConnectorError } from '../errors/connector-error.ts';
import { advertisedAddress, type AdvertisedAddress } from './config/advertised-address.ts';
import { converterConfig, ownClientConfig, prefixedClientConfig, topicConfig } from './config/client-keys.ts';
import { checkWorkerKeys, type ConfigWarning, type WorkerValues } from './config/config-problems.ts';
import { parseListener, type Listener } from './config/listener.ts';
import { resolvedSource } from './config/resolved-source.ts';
import { settingsSource } from './config/settings-source.ts';
import type { ConfigResolver } from './providers/config-resolver.ts';
import type { ProviderSpecs } from './providers/provider-settings.ts';
import type { SecretValues } from './providers/secret-values.ts';

/** Name and shape of one of the three topics, for creating it. */
export interface TopicPlan {
  readonly name: string;
  /** -1: the default of the brokers. */
  readonly partitions: number;
  /** -1: the default of the brokers. */
  readonly replicationFactor: number;
  /** Topic settings beside `cleanup.policy=compact`, e.g. `segment.ms`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Everything a worker was told, checked. */
export interface WorkerConfig {
  /** Parsed values of the defined settings. */
  readonly values: WorkerValues;
  /** All keys as given, unknown ones included. */
  readonly keys: Readonly<Record<string, string>>;
  readonly topics: { readonly config: TopicPlan; readonly offset: TopicPlan; readonly status: TopicPlan };
  /** Kafka client settings without prefix: `own` for the group and the three topics, the others for what connectors use. */
  readonly clients: Readonly<Record<'own' | 'producer' | 'consumer' | 'admin', Readonly<Record<string, string>>>>;
  /** `key.converter`, `value.converter`, `header.converter` and their settings. */
  readonly converters: Readonly<Record<string, string>>;
  /** `task.hosts.max`, or its default on this machine. */
  readonly taskHostsMax: number;
  readonly listeners: readonly Listener[];
  readonly advertised: AdvertisedAddress;
  readonly warnings: readonly ConfigWarning[];
  /** The declared configuration providers. */
  readonly providers: ProviderSpecs;
  readonly resolver: ConfigResolver;
  /** What providers have given for secret settings, of the worker's own and, as they are resolved, of connectors. */
  readonly secretValues: SecretValues;
}

function topicPlans(values: WorkerValues, keys: Readonly<Record<string, string>>): WorkerConfig['topics'] {
  return {
    config: {
      name: values.configTopic,
      partitions: 1,
      replicationFactor: values.configReplicationFactor,
      settings: topicConfig(keys, 'config'),
    },
    offset: {
      name: values.offsetTopic,
      partitions: values.offsetPartitions,
      replicationFactor: values.offsetReplicationFactor,
      settings: topicConfig(keys, 'offset'),
    },
    status: {
      name: values.statusTopic,
      partitions: values.statusPartitions,
      replicationFactor: values.statusReplicationFactor,
      settings: topicConfig(keys, 'status'),
    },
  };
}

function addressOf(values: WorkerValues, listener: Listener): AdvertisedAddress {
  return advertisedAddress({
    listener,
    hostName: values.restAdvertisedHostName === '' ? null : values.restAdvertisedHostName,
    port: values.restAdvertisedPort,
    machineName: hostname(),
  });
}

/**
 * Reads the settings of a worker: the file (undefined: none), environment variables `CONNECT_…` over it.
 * WORKER_CONFIG_INVALID with every problem, each with its place; CONFIG_PROVIDER_FAILED for a placeholder's file; WORKER_CONFIG_UNREADABLE for a file that cannot be read.
 */
export function loadWorkerConfig(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): WorkerConfig {
  const { source, problems: providerProblems, ...provided } = resolvedSource(settingsSource(file, env), env);
  const { values, problems: found, warnings } = checkWorkerKeys(source);
  const problems = [...providerProblems, ...found].map((text) => provided.shown(text));
  if (problems.length > 0) {
    const where = file === undefined ? 'The worker configuration (environment)' : `The worker configuration ${file}`;
    throw new ConnectorError('WORKER_CONFIG_INVALID', [`${where} is invalid:`, ...problems].join('\n  '));
  }
  const listeners = values.listeners.map(parseListener);
  const [first] = listeners;
  if (first === undefined) throw new TypeError('a checked configuration has a listener');
  return {
    values,
    keys: source.keys,
    topics: topicPlans(values, source.keys),
    clients: {
      own: ownClientConfig(source.keys),
      producer: prefixedClientConfig(source.keys, 'producer.'),
      consumer: prefixedClientConfig(source.keys, 'consumer.'),
      admin: prefixedClientConfig(source.keys, 'admin.'),
    },
    converters: converterConfig(source.keys),
    taskHostsMax: values.taskHostsMax ?? 2 * availableParallelism(),
    listeners,
    advertised: addressOf(values, first),
    warnings,
    providers: provided.specs,
    resolver: provided.resolver,
    secretValues: provided.secretValues,
  };
}

/** The same configuration once the port of the first listener is known (it may have been 0: a free one). */
export function withListeningPort(config: WorkerConfig, port: number): WorkerConfig {
  const [first] = config.listeners;
  if (first === undefined) return config;
  return { ...config, advertised: addressOf(config.values, { host: first.host, port }) };
}
