import { atLeast, choice, integer } from '../../settings/kinds.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { SettingMap, SettingValues } from '../../settings/setting.ts';
import { ConnectorError } from '../../errors/connector-error.ts';

const group = 'Producer';

/** Kafka's producer settings that have a meaning here, with the defaults of a change stream in place of Kafka's. */
export const producerSettings = {
  compressionType: choice('compression.type', ['none', 'gzip', 'snappy', 'lz4', 'zstd'], {
    default: 'none',
    group,
    documentation: 'How batches are compressed. none, as in Kafka, so that every consumer can read them.',
  }),
  batchSize: integer('batch.size', 'INT', {
    default: '900000',
    group,
    check: atLeast(1024),
    documentation:
      'Bytes of records (before compression) after which a batch is sent. Larger than the 16384 of Kafka, since one batch per partition is in flight; below the 1048588 that a broker takes by default.',
  }),
  lingerMs: integer('linger.ms', 'LONG', {
    default: '2',
    group,
    check: atLeast(0),
    documentation: 'Milliseconds that a record waits for others of its partition while nothing asks for a commit.',
  }),
  deliveryTimeoutMs: integer('delivery.timeout.ms', 'INT', {
    default: '120000',
    group,
    check: atLeast(1000),
    documentation:
      'Milliseconds after which a batch without a definite answer ends the task, which then starts again from its committed offsets.',
  }),
  requestTimeoutMs: integer('request.timeout.ms', 'INT', {
    default: '30000',
    group,
    check: atLeast(100),
    documentation: 'Milliseconds after which an unanswered request is sent again on a new connection.',
  }),
  transactionTimeoutMs: integer('transaction.timeout.ms', 'INT', {
    default: '60000',
    group,
    check: atLeast(1000),
    documentation: 'Milliseconds after which the broker aborts a transaction that was left open.',
  }),
  maxRequestSize: integer('max.request.size', 'INT', {
    default: '1048576',
    group,
    check: atLeast(1024),
    documentation: 'Largest batch, after compression, that is sent.',
  }),
  bufferMemory: integer('buffer.memory', 'LONG', {
    default: '16777216',
    group,
    check: atLeast(1_000_000),
    documentation: 'Bytes of records that may wait for their commit; at this bound the source is paused.',
  }),
} as const satisfies SettingMap;

export function parseProducerSettings(
  config: Readonly<Record<string, string>>,
): SettingValues<typeof producerSettings> {
  const { values, problems } = parseSettings(producerSettings, config);
  if (problems.size > 0)
    throw new ConnectorError('CONFIG_INVALID', `producer settings: ${[...problems.values()].flat().join('; ')}`);
  return values;
}
