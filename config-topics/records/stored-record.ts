/** One record for an internal topic. Null value: tombstone. */
export interface StoredRecord {
  readonly key: string;
  readonly value: Buffer | null;
}
