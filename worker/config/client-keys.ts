/** Prefixes of keys that belong to somebody else than the worker itself: clients, converters, topics at creation. */
export const foreignPrefixes = [
  'producer.',
  'consumer.',
  'admin.',
  'key.converter.',
  'value.converter.',
  'header.converter.',
  'config.storage.',
  'offset.storage.',
  'status.storage.',
  'config.providers.',
] as const;

const securityPrefixes = ['sasl.', 'ssl.', 'security.'];
/** The worker's own client settings beside security: what Kafka's clients know by these beginnings and names. */
const clientPrefixes = [...securityPrefixes, 'reconnect.backoff.', 'retry.backoff.', 'metadata.', 'socket.'];
const clientKeys = new Set(['bootstrap.servers', 'connections.max.idle.ms', 'request.timeout.ms']);

type Keys = Readonly<Record<string, string>>;

/** The keys under a prefix, prefix removed. */
export function underPrefix(keys: Keys, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(keys).flatMap(([key, value]) =>
      key.startsWith(prefix) && key.length > prefix.length ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

function startsWithAny(key: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => key.startsWith(prefix));
}

/** The worker's own Kafka client settings but client.id, which the worker makes: for the group member and the three topics. */
export function ownClientConfig(keys: Keys): Record<string, string> {
  return Object.fromEntries(
    Object.entries(keys).filter(([key]) => clientKeys.has(key) || startsWithAny(key, clientPrefixes)),
  );
}

/**
 * Settings of the clients made for connectors: `producer.`, `consumer.` or `admin.` keys over the worker's brokers.
 * Connect takes security from the prefixed keys alone, so that it has to be written twice. Here the worker's own security
 * keys serve when the prefix names neither security nor brokers of its own; with either, the prefixed keys stand alone.
 */
export function prefixedClientConfig(keys: Keys, prefix: 'producer.' | 'consumer.' | 'admin.'): Record<string, string> {
  const own = underPrefix(keys, prefix);
  const base: Record<string, string> = {};
  if (keys['bootstrap.servers'] !== undefined) base['bootstrap.servers'] = keys['bootstrap.servers'];
  const apart = Object.keys(own).some((key) => key === 'bootstrap.servers' || startsWithAny(key, securityPrefixes));
  if (!apart)
    for (const [key, value] of Object.entries(keys)) if (startsWithAny(key, securityPrefixes)) base[key] = value;
  return { ...base, ...own };
}

/** `key.converter`, `value.converter`, `header.converter` and their settings, names unchanged. */
export function converterConfig(keys: Keys): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).filter(([key]) => /^(key|value|header)\.converter(\.|$)/.test(key)));
}

/**
 * Topic settings at creation: `<what>.storage.*` without what the worker itself defines. As in Connect `cleanup.policy`
 * and, for the config topic, `partitions` cannot be chosen.
 */
export function topicConfig(keys: Keys, what: 'config' | 'offset' | 'status'): Record<string, string> {
  const defined = new Set(['topic', 'replication.factor', 'partitions', 'cleanup.policy']);
  return Object.fromEntries(Object.entries(underPrefix(keys, `${what}.storage.`)).filter(([key]) => !defined.has(key)));
}
