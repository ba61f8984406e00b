import { abortable } from './abortable.ts';
import {
  discard,
  isUsable,
  openBrokerConnection,
  type BrokerConnection,
  type BrokerTarget,
} from './broker-connection.ts';
import type { ClientOptions } from './client-options.ts';

/** One connection per broker, shared by all requests that may wait for each other; a broken one is never handed out. */
export class BrokerPool {
  readonly #options: ClientOptions;
  readonly #open = new Map<string, BrokerConnection>();
  readonly #opening = new Map<string, Promise<BrokerConnection>>();
  readonly #closing = new AbortController();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** The open connection to that broker, if there is one. */
  peek(target: BrokerTarget): BrokerConnection | undefined {
    const open = this.#open.get(keyOf(target));
    return open !== undefined && isUsable(open) ? open : undefined;
  }

  /** The open connection, or a new one: one attempt, shared by all who ask meanwhile. */
  async get(target: BrokerTarget, signal: AbortSignal): Promise<BrokerConnection> {
    const open = this.peek(target);
    if (open !== undefined) return open;
    const key = keyOf(target);
    let opening = this.#opening.get(key);
    if (opening === undefined) {
      opening = this.#connect(target).finally(() => this.#opening.delete(key));
      this.#opening.set(key, opening);
    }
    return await abortable(opening, signal);
  }

  /** Takes over a connection that was opened elsewhere. Gives back the one to use: there may be one already. */
  adopt(broker: BrokerConnection): BrokerConnection {
    const open = this.peek(broker);
    if (open === undefined && !this.closed.aborted) this.#keep(broker);
    else discard(broker.connection);
    return open ?? broker;
  }

  /** Aborts when the pool is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort(new DOMException('The Kafka client was closed', 'AbortError'));
    for (const { connection } of this.#open.values()) discard(connection);
    this.#open.clear();
  }

  async #connect(target: BrokerTarget): Promise<BrokerConnection> {
    const broker = await openBrokerConnection(this.#options, target, { signal: this.closed });
    return this.adopt(broker);
  }

  #keep(broker: BrokerConnection): void {
    const key = keyOf(broker);
    this.#open.set(key, broker);
    const stopIdle = closeWhenIdle(broker, this.#options.connectionsMaxIdleMs);
    broker.connection.once('close', () => {
      stopIdle();
      if (this.#open.get(key) === broker) this.#open.delete(key);
    });
  }
}

/** The node's name is part of the key: after a change of addresses another broker may answer at the old one. */
function keyOf({ nodeId, host, port }: BrokerTarget): string {
  return `${nodeId}@${host}:${port}`;
}

/**
 * Closes the connection after a whole period without a byte sent, before the broker does it (10 minutes by default, ours 9):
 * a request that meets the broker's closing would have an unknown outcome.
 */
function closeWhenIdle({ connection }: BrokerConnection, maxIdleMs: number): () => void {
  if (maxIdleMs <= 0) return () => undefined;
  let sent = -1;
  const timer = setInterval(() => {
    const now = connection.socket.bytesWritten;
    if (now === sent) discard(connection);
    sent = now;
  }, maxIdleMs / 2).unref(); // half: seen idle at two looks in a row, closed after half to a whole period
  return () => clearInterval(timer);
}
