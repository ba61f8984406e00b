import { encodeOffsetKey, encodeOffsetValue } from '../../config-topics/offset-codec.ts';
import type { SourceOffset, SourcePartition } from '../../connectors/change-batch.ts';
import { monotonicMs } from '../../kafka/monotonic-ms.ts';
import type { QueuedBatch } from './batch-queue.ts';
import type { BatchSize } from './pipeline-meter.ts';

/** A batch that was encoded: its events are not kept until the commit, which a long transaction may be far from. */
interface SentBatch {
  readonly acknowledged: QueuedBatch['acknowledged'];
  readonly batch: BatchSize;
}

/** What the open transaction holds beside its records. */
export class OpenTransaction {
  readonly openedAt = monotonicMs();
  /** Bytes that waited for their commit when it was opened: those of the one before it. */
  readonly bytesBefore: number;
  readonly batches: SentBatch[] = [];
  /** Set by its last batch: nothing more joins it. */
  end: 'commit' | 'abort' | undefined;
  readonly #offsets = new Map<string, { partition: SourcePartition; offset: SourceOffset | null }>();
  #continues = false;

  constructor(bytesBefore: number) {
    this.bytesBefore = bytesBefore;
  }

  /** Its newest batch says that more of it is to come. */
  get continues(): boolean {
    return this.#continues;
  }

  /** `ofConnector`: the connector says where transactions end, by the batch's `end`. */
  join({ acknowledged, batch, end }: QueuedBatch, ofConnector: boolean): void {
    this.batches.push({ acknowledged, batch: { events: { length: batch.events.length }, bytes: batch.bytes } });
    this.end = end;
    if (!ofConnector) {
      if (this.#continues && batch.continues !== true) this.end = batch.transaction ?? 'commit';
      this.#continues = batch.continues === true;
    }
    for (const entry of batch.offsets) {
      // The key's bytes identify a source partition; the text of its members is as good and cheaper.
      this.#offsets.set(partitionText(entry.partition), entry);
    }
  }

  /** The newest offset of each source partition, as records. */
  offsetRecords<T>(connector: string, topic: T): { topic: T; key: Buffer; value: Buffer | null }[] {
    return [...this.#offsets.values()].map(({ partition, offset }) => ({
      topic,
      key: encodeOffsetKey(connector, partition),
      value: encodeOffsetValue(offset),
    }));
  }

  acknowledge(): void {
    for (const { acknowledged } of this.batches) acknowledged.resolve(undefined);
  }

  reject(failure: Error): void {
    for (const { acknowledged } of this.batches) acknowledged.reject(failure);
  }
}

function partitionText(partition: SourcePartition): string {
  let text = '';
  for (const [name, value] of Object.entries(partition))
    text += `${name}\u0000${typeof value}\u0000${String(value)}\u0000`;
  return text;
}
