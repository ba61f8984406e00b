import { ProtocolError } from '@platformatic/kafka';
import { ConnectorError } from '../errors/connector-error.ts';
import type { BackOff } from './back-off.ts';
import { discard, openBrokerConnection, type BrokerConnection, type BrokerTarget } from './broker-connection.ts';
import { BrokerFinder } from './broker-finder.ts';
import { BrokerPool } from './broker-pool.ts';
import { findCoordinator, type CoordinatorKind } from './calls/find-coordinator.ts';
import type { ClientOptions } from './client-options.ts';
import { classify } from './error-class.ts';
import { silentLog, type KafkaLog } from './kafka-log.ts';
import { KnownCluster, type TopicMetadata } from './known-cluster.ts';
import { retrying } from './retrying.ts';

export type { TopicMetadata } from './known-cluster.ts';

export interface CallOptions {
  /** Ends the call: failures that can pass by themselves are tried again until it aborts. */
  readonly signal: AbortSignal;
}

export interface LeaderOptions extends CallOptions {
  /** Ask the brokers even when the answer is known; calls at the same time share one request. */
  readonly refresh?: boolean;
}

export interface TopicOptions extends LeaderOptions {
  /** Let the broker create the topic if it is missing, where its own settings allow that. */
  readonly autoCreate?: boolean;
  /** The topic was created a moment ago: wait until the broker that answers has heard of it. */
  readonly justCreated?: boolean;
}

// A broker that creates a topic on demand says "unknown" first. 10 tries are 5 s with the default back-off.
const AUTO_CREATE_TRIES = 10;
// What another broker (the controller) has created reaches all of them through the metadata log, on a busy machine after seconds.
const JUST_CREATED_TRIES = 40;

const brokersOnly = { topics: [], autoCreate: false };

/**
 * The one place that knows which broker answers for what: it finds leaders, coordinators and the controller, keeps one shared
 * connection to each, and looks again when that changes. All methods but `dedicated` try again until their signal aborts;
 * refused credentials and certificates, missing rights and unknown topics end them at once (ConnectorError).
 */
export class Cluster {
  readonly #options: ClientOptions;
  readonly #log: KafkaLog;
  readonly #known: KnownCluster;
  readonly #pool: BrokerPool;
  readonly #finder: BrokerFinder;
  readonly #coordinators = new Map<string, BrokerTarget>();
  readonly #dedicated = new Set<BrokerConnection>();

  constructor(options: ClientOptions, log: KafkaLog = silentLog) {
    this.#options = options;
    this.#log = log;
    this.#known = new KnownCluster(options.metadataMaxAgeMs);
    this.#pool = new BrokerPool(options);
    this.#finder = new BrokerFinder({ options, log, pool: this.#pool, known: this.#known });
  }

  /** Partitions and leaders of a topic. A topic that does not exist is KAFKA_UNKNOWN_TOPIC at once. */
  async topic(name: string, options: TopicOptions): Promise<TopicMetadata> {
    const { signal, refresh = false, autoCreate = false, justCreated = false } = options;
    const tries = justCreated ? JUST_CREATED_TRIES : autoCreate ? AUTO_CREATE_TRIES : 0;
    const known = refresh ? undefined : this.#known.topic(name, performance.now());
    if (known !== undefined) return known;
    return await this.retrying(`metadata of topic ${name}`, signal, async (inner, failures) => {
      try {
        return await this.#askTopic(name, autoCreate, inner);
      } catch (error) {
        if (failures >= tries || classify(error) !== 'unknown-topic') throw error;
        throw new ProtocolError('LEADER_NOT_AVAILABLE', `topic ${name} does not exist yet`);
      }
    });
  }

  /** The shared connection to the leader of a partition. With `refresh` the leader is looked up again first. */
  async leader(
    topic: string,
    partition: number,
    { signal, refresh = false }: LeaderOptions,
  ): Promise<BrokerConnection> {
    const ready = refresh ? undefined : this.#readyLeader(topic, partition);
    if (ready !== undefined) return ready;
    return await this.retrying(`leader of ${topic}-${partition}`, signal, async (inner, failures) => {
      const known = refresh || failures > 0 ? undefined : this.#known.topic(topic, performance.now());
      const { partitions } = known ?? (await this.#askTopic(topic, false, inner));
      const found = partitions.get(partition);
      if (found !== undefined) return await this.#connect(found.leader, inner);
      const count = `Topic ${topic} has ${partitions.size} partitions`;
      throw new ConnectorError('KAFKA_UNKNOWN_TOPIC', `${count}; partition ${partition} does not exist`);
    });
  }

  /** The shared connection to any broker that can be reached. */
  async any({ signal }: CallOptions): Promise<BrokerConnection> {
    return await this.retrying('any broker', signal, (inner) => this.#finder.any(inner));
  }

  /** The shared connection to a broker by its node id. */
  async broker(nodeId: number, { signal }: CallOptions): Promise<BrokerConnection> {
    return await this.retrying(`broker ${nodeId}`, signal, async (inner, failures) => {
      if (failures > 0 || this.#known.broker(nodeId) === undefined) await this.#finder.ask(brokersOnly, inner);
      return await this.#connect(nodeId, inner);
    });
  }

  /** The broker that creates topics now: with ZooKeeper the controller, with KRaft any broker. Always asked anew. */
  async controller({ signal }: CallOptions): Promise<BrokerConnection> {
    return await this.retrying('the controller', signal, async (inner) => {
      const { controllerId } = await this.#finder.ask(brokersOnly, inner);
      return await this.#connect(controllerId, inner);
    });
  }

  /** The broker that coordinates a group or a transactional id, remembered until `forgetCoordinator` or a failed connection. */
  async coordinator(kind: CoordinatorKind, key: string, { signal }: CallOptions): Promise<BrokerConnection> {
    const id = `${kind}/${key}`;
    const known = this.#coordinators.get(id);
    const ready = known === undefined ? undefined : this.#pool.peek(known);
    if (ready !== undefined) return ready;
    return await this.retrying(`${kind} coordinator of ${key}`, signal, async (inner) => {
      const target =
        this.#coordinators.get(id) ??
        (await this.#finder.lookUp(inner, (broker) => findCoordinator(broker, kind, key)));
      this.#coordinators.set(id, target);
      try {
        return await this.#pool.get(target, inner);
      } catch (error) {
        this.#coordinators.delete(id);
        throw error;
      }
    });
  }

  /** To be called on NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE and broken connections: the next call looks again. */
  forgetCoordinator(kind: CoordinatorKind, key: string): void {
    this.#coordinators.delete(`${kind}/${key}`);
  }

  async clusterId({ signal }: CallOptions): Promise<string> {
    return await this.retrying('the cluster id', signal, async (inner) => {
      if (this.#known.clusterId === undefined) await this.#finder.ask(brokersOnly, inner);
      if (this.#known.clusterId === undefined) throw new ProtocolError('BROKER_NOT_AVAILABLE');
      return this.#known.clusterId;
    });
  }

  /** Node ids of the living brokers, as the newest answer listed them; none before the first answer. */
  get nodeIds(): readonly number[] {
    return this.#known.brokers.map(({ nodeId }) => nodeId);
  }

  /** Waits between two tries of the same thing. */
  get retryBackOff(): BackOff {
    return this.#options.retryBackOff;
  }

  /** request.timeout.ms of this client. */
  get requestTimeoutMs(): number {
    return this.#options.requestTimeoutMs;
  }

  /**
   * A connection of its own to a known node or to where another connection leads, for requests that the broker holds back
   * (JoinGroup, long fetches) or that must not wait behind others. One attempt, the failure as it came. Its user closes it
   * with `release`; `close` does so too.
   */
  async dedicated(
    to: number | BrokerTarget,
    { requestTimeoutMs, signal }: { readonly requestTimeoutMs: number; readonly signal: AbortSignal },
  ): Promise<BrokerConnection> {
    const target = typeof to === 'number' ? this.#known.broker(to) : to;
    if (target === undefined) throw new ProtocolError('BROKER_NOT_AVAILABLE');
    const either = AbortSignal.any([signal, this.#pool.closed]);
    const broker = await openBrokerConnection(this.#options, target, { requestTimeoutMs, signal: either });
    this.#dedicated.add(broker);
    broker.connection.once('close', () => this.#dedicated.delete(broker));
    return broker;
  }

  /** Closes a connection that `dedicated` gave. */
  release(broker: BrokerConnection): void {
    this.#dedicated.delete(broker);
    discard(broker.connection);
  }

  /**
   * Repeats an attempt of the caller's own with this cluster's back-off, until the signal aborts. Failures that cannot pass
   * by themselves end it (ConnectorError). The attempt gets a signal that also ends with the cluster, and the failures so far.
   */
  async retrying<T>(
    what: string,
    outer: AbortSignal,
    attempt: (signal: AbortSignal, failures: number) => Promise<T>,
  ): Promise<T> {
    const signal = AbortSignal.any([outer, this.#pool.closed]);
    const where = this.#options.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',');
    const plan = { what: `Kafka ${where}, ${what}`, signal, times: this.#options.retryBackOff, log: this.#log };
    return await retrying(plan, (failures) => attempt(signal, failures));
  }

  /**
   * As `retrying`, about a topic that is known to exist: a broker that has not heard of it yet is asked again too, for about
   * 20 s with the default back-off. A broker that is busy applies what the controller has decided seconds later than others.
   */
  async retryingNew<T>(what: string, outer: AbortSignal, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return await this.retrying(what, outer, async (inner, failures) => {
      try {
        return await attempt(inner);
      } catch (error) {
        if (failures >= JUST_CREATED_TRIES || classify(error) !== 'unknown-topic') throw error;
        throw new ProtocolError('LEADER_NOT_AVAILABLE', `${what}: the broker has not heard of the topic yet`);
      }
    });
  }

  /** Closes every connection; what still waits for an answer fails. Nothing works afterwards. */
  close(): Promise<void> {
    this.#pool.close();
    for (const { connection } of this.#dedicated) discard(connection);
    this.#dedicated.clear();
    return Promise.resolve();
  }

  /** The common case, for callers that ask before every request: known leader, open connection. */
  #readyLeader(topic: string, partition: number): BrokerConnection | undefined {
    const found = this.#known.topic(topic, performance.now())?.partitions.get(partition);
    const target = found === undefined ? undefined : this.#known.broker(found.leader);
    return target === undefined ? undefined : this.#pool.peek(target);
  }

  async #connect(nodeId: number, signal: AbortSignal): Promise<BrokerConnection> {
    const target = this.#known.broker(nodeId);
    if (target === undefined) throw new ProtocolError(nodeId < 0 ? 'LEADER_NOT_AVAILABLE' : 'BROKER_NOT_AVAILABLE');
    return await this.#pool.get(target, signal);
  }

  async #askTopic(name: string, autoCreate: boolean, signal: AbortSignal): Promise<TopicMetadata> {
    const answer = await this.#finder.ask({ topics: [name], autoCreate }, signal);
    const error = answer.topics.find((topic) => topic.name === name)?.errorCode ?? 0;
    if (error !== 0) throw new ProtocolError(error);
    const found = this.#known.topic(name, performance.now());
    if (found === undefined) throw new ProtocolError('LEADER_NOT_AVAILABLE');
    return found;
  }
}
