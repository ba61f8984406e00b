import { availableParallelism, hostname } from 'node:os';
import { ConnectorError } from '../errors/connector-error.ts';
import { advertisedAddress, type AdvertisedAddress } from './config/advertised-address.ts';
import { converterConfig, ownClientConfig, prefixedClientConfig, topicConfig } from './config/client-keys.ts';
import { checkWorkerKeys, type ConfigWarning, type WorkerValues } from './config/config-problems.ts';
import { parseListener, type Listener } from './config/listener.ts';
import { resolvedSource } from './config/resolved-source.ts';
import { parseResponseHeaders, type ResponseHeader } from './config/response-headers.ts';
import { RestTls } from './config/rest-tls.ts';
import { loadRestUsers, loginConfigOfOptions, type RestUsers } from './config/rest-users.ts';
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

/** How the REST API is served beside its addresses. */
export interface RestConfig {
  /** Own addresses of the admin endpoints; empty: they are nowhere; undefined: they are on `listeners`. */
  readonly adminListeners: readonly Listener[] | undefined;
  readonly tls: RestTls;
  /** Undefined: everybody. */
  readonly users: RestUsers | undefined;
  readonly headers: readonly ResponseHeader[];
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
  readonly rest: RestConfig;
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

/** CONFIG_INVALID or NOT_SUPPORTED when a file that it needs is not what it should be. */
function restConfig(
  values: WorkerValues,
  keys: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): RestConfig {
  const tls = new RestTls(keys);
  const all = [...values.listeners, ...(values.adminListeners ?? [])].map(parseListener);
  // Read now, so that a start with bad files ends at once; workers that only call others by https read at the first call.
  if (all.some(({ scheme }) => scheme === 'https')) {
    tls.server();
    tls.client();
  }
  const loginConfig = values.restBasicAuthLoginConfig ?? loginConfigOfOptions(env['KAFKA_OPTS']);
  return {
    adminListeners: values.adminListeners?.map(parseListener),
    tls,
    users: values.restExtensionClasses.length > 0 ? loadRestUsers(loginConfig) : undefined,
    headers: parseResponseHeaders(values.responseHttpHeadersConfig),
  };
}

function addressOf(values: WorkerValues, listeners: readonly Listener[]): AdvertisedAddress {
  return advertisedAddress({
    listeners,
    scheme: values.restAdvertisedListener,
    hostName: values.restAdvertisedHostName === '' ? null : values.restAdvertisedHostName,
    port: values.restAdvertisedPort,
    machineName: hostname(),
  });
}

/**
 * Reads the settings of a worker: the file (undefined: none), environment variables `CONNECT_…` over it.
 * WORKER_CONFIG_INVALID with every problem, each with its place; CONFIG_PROVIDER_FAILED for a placeholder's file; WORKER_CONFIG_UNREADABLE for a file that cannot be read;
 * CONFIG_INVALID or NOT_SUPPORTED for key stores and files of users.
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
    rest: restConfig(values, source.keys, env),
    advertised: addressOf(values, listeners),
    warnings,
    providers: provided.specs,
    resolver: provided.resolver,
    secretValues: provided.secretValues,
  };
}

/** The same configuration once the ports of its listeners are known (one may have been 0: a free one). */
export function withListeningPorts(config: WorkerConfig, ports: readonly number[]): WorkerConfig {
  const listeners = config.listeners.map((listener, index) => ({ ...listener, port: ports[index] ?? listener.port }));
  return { ...config, advertised: addressOf(config.values, listeners) };
}
