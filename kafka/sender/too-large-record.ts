import { ConnectorError } from '../../errors/connector-error.ts';
import type { Compression } from './compression.ts';
import type { RecordContent } from './record-content.ts';

interface Place {
  readonly topic: string;
  readonly partition: number;
}

interface Size {
  readonly bytes: number;
  readonly compression: Compression;
}

/** A record that is left out, since Kafka takes none of its size. */
export interface TooLargeRecord extends Place {
  /** RECORD_TOO_LARGE with size and limit; nothing of what the record holds. */
  readonly error: ConnectorError;
  /** To be called at once or not at all: the bytes are used again. */
  readonly content: () => RecordContent;
}

/** Is told of a record that is left out, in the order of its partition. Must not throw. */
export type OnTooLarge = (record: TooLargeRecord) => void;

/** A single record that is larger than `limit` allows. */
export function tooLarge(place: Place, { bytes, compression }: Size, limit: string): ConnectorError {
  return new ConnectorError(
    'RECORD_TOO_LARGE',
    `A record for ${named(place)} takes ${bytes} bytes with compression ${compression}, more than the ${limit}`,
  );
}

/** A record refused after an attempt whose outcome nobody knows: it may be in Kafka all the same. */
export function refusedInDoubt(place: Place, error: ConnectorError): ConnectorError {
  return new ConnectorError(
    'PRODUCER_STATE_LOST',
    `Records for ${named(place)} got no answer, and then one that refuses them: whether the first attempt wrote them is not known, so they are read again. ${error.message}`,
    { cause: error },
  );
}

export function named({ topic, partition }: Place): string {
  return `topic ${topic}, partition ${partition}`;
}
