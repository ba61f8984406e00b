import { z } from 'zod';
import type { ChangeBatch, SourceOffset, SourcePartition } from '../../change-batch.ts';
import { newRun } from '../../snapshot/snapshot-records.ts';
import { blockingRequest, type BlockingRequest } from './blocking-request.ts';

/** Member of the partition under which it is stored; Debezium looks at `server` alone and does not see it. */
const BLOCKING_PARTITION = 'millrace.blocking';
const REQUESTS = 'millrace.requests';
const MOST_BYTES = 512 * 1024;

/** Blocking snapshots that were asked for and are not done, the one under way first. Every change of it is stored. */
export class BlockingQueue {
  readonly #server: string;
  #requests: BlockingRequest[] = [];
  #isDirty = false;

  constructor(server: string) {
    this.#server = server;
  }

  static partition(server: string): SourcePartition {
    return { server, [BLOCKING_PARTITION]: 'queue' };
  }

  get next(): BlockingRequest | undefined {
    return this.#requests[0];
  }

  /** Whether there is something to store. */
  get isDirty(): boolean {
    return this.#isDirty;
  }

  /** Takes up what an earlier life of the task has stored; what cannot be read throws a ZodError or SyntaxError. */
  restore(offset: SourceOffset | undefined): void {
    if (offset === undefined) return;
    this.#requests = z.array(blockingRequest).parse(JSON.parse(z.string().parse(offset[REQUESTS])));
  }

  /** False: too many wait already. */
  add(request: BlockingRequest): boolean {
    const requests = [...this.#requests, request];
    if (Buffer.byteLength(JSON.stringify(requests)) > MOST_BYTES) return false;
    this.#requests = requests;
    this.#isDirty = true;
    return true;
  }

  /** The first one is done, or given up. */
  finish(): void {
    this.#requests = this.#requests.slice(1);
    this.#isDirty = true;
  }

  /** The first one begins anew: nothing of what was read of it counts. */
  renew(): void {
    this.#requests = this.#requests.map((request, index) => (index === 0 ? { ...request, run: newRun() } : request));
    this.#isDirty = true;
  }

  /** What is to be stored since the last call, in the transaction of what it goes with. */
  takeOffsets(): ChangeBatch['offsets'] {
    if (!this.#isDirty) return [];
    this.#isDirty = false;
    const offset = this.#requests.length === 0 ? null : { [REQUESTS]: JSON.stringify(this.#requests) };
    return [{ partition: BlockingQueue.partition(this.#server), offset }];
  }
}
