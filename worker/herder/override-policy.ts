import { SettingValueError } from '../../settings/setting.ts';

export const overridePolicies = ['Allowlist', 'All', 'None', 'Principal'] as const;
export type OverridePolicy = (typeof overridePolicies)[number];

/** Beginnings of the keys by which a connector goes over the worker's client settings. */
export const overridePrefixes = ['producer.override.', 'consumer.override.', 'admin.override.'] as const;

/**
 * What a connector may set of its own clients unless the worker says otherwise: who it is, how it batches, and how long it waits.
 * Not there: where the data goes (bootstrap.servers), what exactly-once rests on (transactional.id, acks, enable.idempotence,
 * isolation.level, max.in.flight.requests.per.connection) and what names code to load (interceptors, callback handlers, metric
 * reporters, partitioners, serializers).
 */
export const safeOverrides: readonly string[] = [
  'security.protocol',
  'sasl.mechanism',
  'sasl.jaas.config',
  'ssl.truststore.type',
  'ssl.truststore.location',
  'ssl.truststore.password',
  'ssl.truststore.certificates',
  'ssl.keystore.type',
  'ssl.keystore.location',
  'ssl.keystore.password',
  'ssl.keystore.key',
  'ssl.keystore.certificate.chain',
  'ssl.key.password',
  'ssl.endpoint.identification.algorithm',
  'client.id',
  'batch.size',
  'linger.ms',
  'compression.type',
  'buffer.memory',
  'max.request.size',
  'delivery.timeout.ms',
  'request.timeout.ms',
  'transaction.timeout.ms',
  'socket.connection.setup.timeout.ms',
  'connections.max.idle.ms',
  'retry.backoff.ms',
  'retry.backoff.max.ms',
  'metadata.max.age.ms',
  // Of other clients, so that configurations that carry them keep working; without effect here.
  'client.dns.lookup',
  'client.rack',
  'default.api.timeout.ms',
  'fetch.max.bytes',
  'fetch.max.wait.ms',
  'fetch.min.bytes',
  'max.block.ms',
  'max.partition.fetch.bytes',
  'max.poll.interval.ms',
  'max.poll.records',
  'metadata.max.idle.ms',
  'receive.buffer.bytes',
  'reconnect.backoff.max.ms',
  'reconnect.backoff.ms',
  'retries',
  'send.buffer.bytes',
  'socket.connection.setup.timeout.max.ms',
];

/** Values that say what holds anyway; connectors that insist on it are let in by the safe list. */
const inForceAnyway: Readonly<Record<string, readonly string[]>> = {
  acks: ['all', '-1'],
  'enable.idempotence': ['true'],
};

const principalKeys = new Set(['security.protocol', 'sasl.jaas.config', 'sasl.mechanism']);

/** The prefix and the name of the client's setting, of a key that goes over one. */
export function overrideOf(key: string): { readonly prefix: string; readonly name: string } | undefined {
  const prefix = overridePrefixes.find((candidate) => key.startsWith(candidate) && key.length > candidate.length);
  return prefix === undefined ? undefined : { prefix, name: key.slice(prefix.length) };
}

/** A policy by the names that Connect knows: its short name or its class. */
export function parsePolicy(text: string): OverridePolicy {
  const bare = text.trim().replace(/^org\.apache\.kafka\.connect\.connector\.policy\./, '');
  const short = bare.replace(/ConnectorClientConfigOverridePolicy$/, '').toLowerCase();
  const found = overridePolicies.find((policy) => policy.toLowerCase() === short);
  if (found === undefined) throw new SettingValueError(`String must be one of: ${overridePolicies.join(', ')}`);
  return found;
}

/** What the policy has against the overrides in a configuration, in Connect's words (KIP-458). */
export function overrideProblems(
  config: Readonly<Record<string, string | null>>,
  { policy, allowlist }: { readonly policy: OverridePolicy; readonly allowlist: readonly string[] },
): [setting: string, text: string][] {
  const allowed = new Set(allowlist);
  return Object.entries(config).flatMap(([key, value]): [string, string][] => {
    const override = overrideOf(key);
    if (override === undefined) return [];
    const { name } = override;
    if (policy === 'All' || (policy === 'Principal' && principalKeys.has(name))) return [];
    const harmless = allowed.has(name) || inForceAnyway[name]?.includes((value ?? '').trim().toLowerCase()) === true;
    if (policy === 'Allowlist' && harmless) return [];
    return [[key, `The '${policy}' policy does not allow '${name}' to be overridden in the connector configuration.`]];
  });
}
