import { ProtocolError } from '@platformatic/kafka';
import { abortable } from './abortable.ts';
import {
  discard,
  openBrokerConnection,
  renamed,
  type BrokerConnection,
  type BrokerTarget,
} from './broker-connection.ts';
import { BrokerSetupError } from './broker-setup-error.ts';
import type { BrokerPool } from './broker-pool.ts';
import { metadata, type MetadataAnswer, type MetadataRequest } from './calls/metadata.ts';
import type { ClientOptions } from './client-options.ts';
import { classify, isWorthRetrying } from './error-class.ts';
import type { KafkaLog } from './kafka-log.ts';
import type { KnownCluster } from './known-cluster.ts';

// A broker that holds back an answer on metadata or coordinators for so long (stopped, overloaded) is passed over.
const LOOKUP_TIMEOUT_MS = 5000;

export interface BrokerFinderParts {
  readonly options: ClientOptions;
  readonly pool: BrokerPool;
  readonly known: KnownCluster;
  readonly log: KafkaLog;
}

/**
 * Asks whichever broker answers, and keeps what is known of the cluster up to date: open connections first, then the known
 * brokers, then the addresses of bootstrap.servers. Every method is one attempt.
 */
export class BrokerFinder {
  readonly #parts: BrokerFinderParts;
  readonly #asking = new Map<string, Promise<MetadataAnswer>>();
  /** Node ids that held back an answer lately: asked last. */
  readonly #slow = new Set<number>();

  constructor(parts: BrokerFinderParts) {
    this.#parts = parts;
  }

  /**
   * One metadata request; calls with the same content share it while it is under way, so `signal` ends only this caller's
   * waiting. What it brings is in KnownCluster before anybody goes on.
   */
  async ask(request: MetadataRequest, signal: AbortSignal): Promise<MetadataAnswer> {
    const key = `${request.topics.join(',')}/${request.autoCreate}`;
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      asking = this.#askNow(request).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return await abortable(asking, signal);
  }

  /** One call that any broker can answer. */
  async lookUp<T>(signal: AbortSignal, call: (broker: BrokerConnection) => Promise<T>): Promise<T> {
    const broker = await this.any(signal);
    const timeout = this.#lookupTimeout();
    try {
      const answer = await abortable(call(broker), AbortSignal.any([signal, timeout]));
      this.#slow.delete(broker.nodeId);
      return answer;
    } catch (error) {
      if (timeout.aborted) this.#slow.add(broker.nodeId);
      throw error;
    }
  }

  /** A shared connection to any broker. When none can be reached, the failure that says most. */
  async any(signal: AbortSignal): Promise<BrokerConnection> {
    const { pool, known } = this.#parts;
    const brokers = shuffled(known.brokers);
    const fast = brokers.filter(({ nodeId }) => !this.#slow.has(nodeId));
    const open = fast.map((target) => pool.peek(target)).find((one) => one !== undefined);
    if (open !== undefined) return open;
    const failures: unknown[] = [];
    for (const target of [...fast, ...brokers.filter(({ nodeId }) => this.#slow.has(nodeId))]) {
      const broker = await pool.get(target, signal).catch((error: unknown) => void failures.push(error));
      signal.throwIfAborted();
      if (broker !== undefined) return broker;
    }
    for (const address of shuffled(this.#parts.options.bootstrap)) {
      const broker = await this.#bootstrap(address, signal).catch((error: unknown) => void failures.push(error));
      signal.throwIfAborted();
      if (broker !== undefined) return broker;
    }
    // Refused credentials are the news, even when other brokers are just down.
    throw failures.find((error) => classify(error) === 'authentication') ?? failures.at(-1);
  }

  async #askNow(request: MetadataRequest): Promise<MetadataAnswer> {
    const answer = await this.lookUp(this.#parts.pool.closed, (broker) => metadata(broker, request));
    this.#parts.known.learn(answer, performance.now());
    return answer;
  }

  /** Learns the brokers from one address; the connection stays when one of them advertises that very address. */
  async #bootstrap(
    { host, port }: Pick<BrokerTarget, 'host' | 'port'>,
    signal: AbortSignal,
  ): Promise<BrokerConnection> {
    const { options, pool, known, log } = this.#parts;
    const first = await openBrokerConnection(options, { nodeId: -1, host, port }, { signal });
    try {
      const call = metadata(first, { topics: [], autoCreate: false });
      const answer = await abortable(call, AbortSignal.any([signal, this.#lookupTimeout()]));
      known.learn(answer, performance.now());
      log.debug({ clusterId: answer.clusterId, brokers: answer.brokers.length }, 'Kafka: brokers learnt');
      const same = answer.brokers.find((broker) => broker.host === host && broker.port === port);
      if (same !== undefined) return pool.adopt(renamed(first, same.nodeId));
      const [other] = shuffled(answer.brokers);
      if (other === undefined) throw new ProtocolError('BROKER_NOT_AVAILABLE');
      const broker = await pool.get(other, signal);
      discard(first.connection);
      return broker;
    } catch (error) {
      discard(first.connection);
      throw isWorthRetrying(error) ? new BrokerSetupError({ host, port }, error) : error;
    }
  }

  #lookupTimeout(): AbortSignal {
    return AbortSignal.timeout(Math.min(LOOKUP_TIMEOUT_MS, this.#parts.options.requestTimeoutMs));
  }
}

/** In random order, so that the clients of a cluster spread over its brokers. */
function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
