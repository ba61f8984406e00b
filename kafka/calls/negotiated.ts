import type { BrokerConnection } from '../broker-connection.ts';

interface Codec {
  readonly key: number;
  readonly version: number;
}

/**
 * The newest of the codecs (oldest first, without gaps) that the broker knows. Every list starts with the version of Kafka
 * 2.7, the oldest supported broker.
 */
export function negotiated<C extends Codec>(broker: BrokerConnection, codecs: readonly [C, ...C[]]): C {
  const [oldest] = codecs;
  const version = broker.version(oldest.key, oldest.version, oldest.version + codecs.length - 1);
  return codecs.find((codec) => codec.version === version) ?? oldest;
}
