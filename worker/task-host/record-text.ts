import type { ChangeEvent, TableEvent } from '../../connectors/change-event.ts';
import type { SourceRecord } from '../../connectors/source-record.ts';
import type { TooLargeRecord } from '../../kafka/sender/sender.ts';
import { valueText } from '../../formats/java/value-text.ts';

/** A record for the log, where errors.log.include.messages asks for it. */
export function recordText(record: SourceRecord): string {
  const { topic, partition, keySchema, key, valueSchema, value, timestampMs } = record;
  return (
    `topic='${topic}', partition=${partition ?? 'null'}, key=${valueText(keySchema, key)}, ` +
    `value=${valueText(valueSchema, value)}, timestamp=${timestampMs ?? 'null'}`
  );
}

// No log line shows more.
const MOST_BYTES = 10_000;

/** A record of which only the bytes are left. */
export function tooLargeText({ topic, partition, content }: TooLargeRecord): string {
  const { key, value } = content();
  return `topic='${topic}', partition=${partition}, key=${bytesText(key)}, value=${bytesText(value)}`;
}

function bytesText(bytes: Buffer | null): string {
  return bytes === null ? 'null' : `${bytes.toString('utf8', 0, MOST_BYTES)}${bytes.length > MOST_BYTES ? '…' : ''}`;
}

/** What is known of an event that could not become a record: where it is in the source, not its values. */
export function eventText(event: ChangeEvent): string {
  if (event.kind === 'record') return recordText(event.record);
  if (event.kind === 'table') return `topic of table ${tableText(event)}`;
  if (event.kind === 'heartbeat') return `heartbeat of ${event.timeMs}`;
  if (event.kind === 'delivered') return eventText(event.event);
  const position = (BigInt(event.positionHigh) << 32n) | BigInt(event.positionLow);
  if (event.kind === 'transaction') return `${event.mark} of a transaction, position=${position}`;
  if (event.kind === 'message') return `op=m, prefix=${event.prefix}, position=${position}`;
  return `op=${event.op}, table=${tableText(event.table)}, position=${position}`;
}

function tableText({ schema, table }: Pick<TableEvent, 'schema' | 'table'>): string {
  return schema === null ? table : `${schema}.${table}`;
}
