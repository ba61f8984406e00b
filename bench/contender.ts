import type { PostgresAddress } from '../scripts/stack/postgres-server.ts';

/** One side of a comparison: something with Connect's REST API that runs the connector. */
export interface Contender {
  readonly name: string;
  readonly url: string;
  /** Roots of its process trees: one for each worker. */
  readonly pids: readonly number[];
}

export interface ConnectorOptions {
  readonly address: PostgresAddress;
  readonly table: string;
  readonly slot: string;
  readonly prefix: string;
  /** Extra keys, the same on both sides. */
  readonly extra?: Readonly<Record<string, string>>;
}

/**
 * The connector's configuration, the same JSON for both sides: Debezium tuned for throughput (large batches and queue, short poll
 * interval, large compressed producer batches; with its defaults it reaches a quarter to a half of that).
 */
export function connectorConfig({
  address,
  table,
  slot,
  prefix,
  extra,
}: ConnectorOptions): Readonly<Record<string, string>> {
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    'database.hostname': address.host,
    'database.port': String(address.port),
    'database.user': address.user,
    'database.password': address.password,
    'database.dbname': address.database,
    'topic.prefix': prefix,
    'plugin.name': 'pgoutput',
    'slot.name': slot,
    'publication.name': slot,
    'publication.autocreate.mode': 'disabled',
    'table.include.list': `public.${table}`,
    'snapshot.mode': 'no_data',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    'max.batch.size': '20480',
    'max.queue.size': '81920',
    'poll.interval.ms': '10',
    'producer.override.linger.ms': '5',
    'producer.override.batch.size': '524288',
    'producer.override.compression.type': 'lz4',
    ...extra,
  };
}
