import type { LogRecord } from '../kafka/log-reader.ts';
import type { RecordHeader } from '../kafka/sender/encoded-record.ts';

const HEADER = 'millrace';

/** The header of every record that workers write to the config and status topics; Java workers write none and read none. */
export function writerHeaders(groupId: string): RecordHeader[] {
  return [{ key: HEADER, value: Buffer.from(groupId) }];
}

/** Somebody else's record in an internal topic. */
export interface ForeignRecord {
  readonly topic: string;
  readonly key: string;
  /** The millrace group that wrote it; undefined: another program. */
  readonly group: string | undefined;
}

/** What a record says of its writer; undefined when that is a worker of this group. */
export function foreignRecord(
  { key, headers }: Pick<LogRecord, 'key' | 'headers'>,
  { topic, groupId }: { readonly topic: string; readonly groupId: string },
): ForeignRecord | undefined {
  const group = headers.find((header) => header.key === HEADER)?.value?.toString();
  return group === groupId ? undefined : { topic, key: key?.toString() ?? '', group };
}
