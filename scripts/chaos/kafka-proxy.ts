import type { Server, Socket } from 'node:net';
import type { Cut } from './fault.ts';
import { listening, TcpProxy, type Link, type Passage } from './tcp-proxy.ts';

// The broker holds an answer back while it waits for its replicas or is frozen.
const AFTER_PATIENCE_MS = 1000;

interface Count {
  requests: number;
  answers: number;
  /** Which answer never gets back to the client. */
  lostAnswer: number;
}

/** A TCP proxy in front of one broker that can also cut a connection at a chosen point of a request. */
export class KafkaProxy extends TcpProxy {
  #cuts: Record<Cut, number> = { before: 0, half: 0, after: 0 };
  readonly #counts = new WeakMap<Link, Count>();
  #next: Cut[] = [];
  #timer: NodeJS.Timeout | undefined;

  private constructor(server: Server) {
    super(server);
  }

  static override async open(): Promise<KafkaProxy> {
    return new KafkaProxy(await listening());
  }

  /** Cuts the connections of the next requests that arrive, one cut each. */
  cutNext(...cuts: readonly Cut[]): void {
    this.#next.push(...cuts);
  }

  /** Cuts again and again, at random times up to twice the interval apart: 3 of 10 before, 1 in half, 6 after. */
  cutAbout(intervalMs: number): void {
    this.#timer = setTimeout(
      () => {
        const dice = Math.random();
        this.#next = [dice < 0.3 ? 'before' : dice < 0.4 ? 'half' : 'after'];
        this.cutAbout(intervalMs);
      },
      Math.random() * 2 * intervalMs,
    );
  }

  /** Forgets the cuts that no request has met yet. */
  cutNoMore(): void {
    this.#next = [];
  }

  /** How many connections were cut in requests since the last call, by kind. */
  takeCuts(): Readonly<Record<Cut, number>> {
    const cuts = this.#cuts;
    this.#cuts = { before: 0, half: 0, after: 0 };
    return cuts;
  }

  override calm(): void {
    clearTimeout(this.#timer);
    this.#next = [];
    super.calm();
  }

  protected override passing({ from, link, way }: Passage): AsyncIterable<Buffer> {
    const known = this.#counts.get(link);
    const count = known ?? { requests: 0, answers: 0, lostAnswer: Infinity };
    this.#counts.set(link, count);
    return way === 'request' ? this.#requests(from, link, count) : answers(from, count);
  }

  async *#requests(client: Socket, link: Link, count: Count): AsyncGenerator<Buffer> {
    for await (const request of frames(client)) {
      count.requests += 1;
      const cut = count.lostAnswer === Infinity ? this.#next.shift() : undefined;
      if (cut !== undefined) this.#cuts[cut] += 1;
      if (cut === 'before') return;
      if (cut === 'half') {
        yield request.subarray(0, request.length / 2);
        return;
      }
      if (cut === 'after') {
        count.lostAnswer = count.requests;
        setTimeout(() => link.end(), AFTER_PATIENCE_MS);
      }
      yield request;
    }
  }
}

async function* answers(broker: Socket, count: Count): AsyncGenerator<Buffer> {
  for await (const answer of frames(broker)) {
    count.answers += 1;
    if (count.answers >= count.lostAnswer) return;
    yield answer;
  }
}

/** Each whole request or answer, its four bytes of length included. */
async function* frames(socket: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of socket) {
    parts.push(chunk);
    length += chunk.length;
    if (length < 4 || wanted(parts) > length) continue;
    let rest = Buffer.concat(parts);
    while (rest.length >= 4 && rest.length >= wanted([rest])) {
      const end = wanted([rest]);
      yield rest.subarray(0, end);
      rest = rest.subarray(end);
    }
    parts = [rest];
    length = rest.length;
  }
}

/** Length of the frame that begins with these parts. */
function wanted(parts: readonly Buffer[]): number {
  const [first] = parts;
  const head = first !== undefined && first.length >= 4 ? first : Buffer.concat(parts);
  return 4 + head.readUInt32BE(0);
}
