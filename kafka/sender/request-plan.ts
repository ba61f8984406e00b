/** Bytes that a request has beside its batches, at most: header, transactional id, topic names. */
export const REQUEST_OVERHEAD = 1024;

interface Request<Queue> {
  readonly queues: Queue[];
  bytes: number;
}

/** Puts the batches of several partitions with the same leader into one request, as long as they stay below a size. */
export class RequestPlan<Leader, Queue> {
  readonly #maxBytes: number;
  readonly #requests = new Map<Leader, Request<Queue>>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds a partition's batch; returns the request that is full without it and has to leave now. */
  add(leader: Leader, queue: Queue, bytes: number): readonly Queue[] | undefined {
    const request = this.#requests.get(leader);
    if (request !== undefined && request.bytes + bytes <= this.#maxBytes) {
      request.queues.push(queue);
      request.bytes += bytes;
      return undefined;
    }
    this.#requests.set(leader, { queues: [queue], bytes });
    return request?.queues;
  }

  /** What is left: one request per leader. */
  *rest(): Generator<readonly [Leader, readonly Queue[]]> {
    for (const [leader, { queues }] of this.#requests) yield [leader, queues];
  }
}
