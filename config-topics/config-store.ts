import type { ConnectorError } from '../errors/connector-error.ts';
import type { Cluster } from '../kafka/cluster.ts';
import type { KafkaLog } from '../kafka/kafka-log.ts';
import { LogReader, type LogRecord } from '../kafka/log-reader.ts';
import { claimTopic } from './cluster-claim.ts';
import type { ConfigChange, ConfigSnapshot } from './config-snapshot.ts';
import { ConfigState } from './config-state.ts';
import type { InternalTopic } from './internal-topic.ts';
import { LeaderWriter } from './leader-writer.ts';
import { PlainWriter } from './plain-writer.ts';
import { clusterMarkerRecord, type ClusterMarker } from './records/cluster-marker-record.ts';
import { foreignRecord, type ForeignRecord } from './record-writer.ts';
import { commitRecord } from './records/commit-record.ts';
import { decodeConfigRecord } from './records/config-record.ts';
import { connectorRecord } from './records/connector-record.ts';
import { loggerRecord } from './records/logger-record.ts';
import type { Properties } from './records/properties.ts';
import { restartRecord, type RestartRequest } from './records/restart-record.ts';
import type { Revision } from './records/revision-record.ts';
import { sessionKeyRecord, type SessionKey } from './records/session-key-record.ts';
import type { StoredRecord } from './records/stored-record.ts';
import { targetStateRecord, type TargetState } from './records/target-state-record.ts';
import { taskCountRecord } from './records/task-count-record.ts';
import { taskRecord } from './records/task-record.ts';
import { WRITE_LIMIT_MS } from './store-sender.ts';
import { expiredRevisions, revisionRecords, type RevisionLimits, type RevisionNote } from './revision-plan.ts';
import { RevisionTable } from './revision-table.ts';
import { setUpTopic } from './topic-setup.ts';

export interface ConfigStoreOptions {
  readonly cluster: Cluster;
  readonly topic: InternalTopic;
  readonly groupId: string;
  /** The leader's writes are transactions (exactly.once.source.support is `enabled` or `preparing`). */
  readonly transactional: boolean;
  /** Told in the order of the topic, after the start-up, once `snapshot` has the change. Must not throw. */
  readonly onChange: (change: ConfigChange) => void;
  /** Somebody else has written a record since this store was started. Must not throw. */
  readonly onForeign?: (record: ForeignRecord) => void;
  /** The topic can no longer be read: it was deleted or created again. What `snapshot` says no longer stands. */
  readonly onFailed: (error: ConnectorError) => void;
  readonly log: KafkaLog;
  /** How many revisions of configurations are kept; none unless given. */
  readonly revisions?: RevisionLimits;
}

/** What a change of a configuration may bring with it. */
export interface ConnectorChange {
  /** The state that a new connector begins in. */
  readonly initialState?: TargetState | undefined;
  /** What its revision says; none is written without. */
  readonly note?: RevisionNote | undefined;
}

/**
 * The config topic: the only truth about connectors, read by every worker and written in Connect's formats. A write resolves
 * when this worker has read it back, so that what it answers is what `snapshot` has.
 */
export class ConfigStore {
  readonly #options: ConfigStoreOptions;
  readonly #state = new ConfigState();
  readonly #reader: LogReader;
  readonly #plain: PlainWriter;
  readonly #leader: LeaderWriter | undefined;
  readonly #revisions = new RevisionTable();
  #live = false;
  #claimedNow = false;
  #onMarker: ((marker: ClusterMarker) => void) | undefined;

  constructor(options: ConfigStoreOptions) {
    const { cluster, groupId, onFailed, log } = options;
    const topic = options.topic.name;
    this.#options = options;
    // read_committed always: what an aborted transaction left must not count for one worker and not for another.
    const isolation = 'read_committed';
    const onRecord = (record: LogRecord): void => this.#take(record);
    this.#reader = new LogReader({ cluster, topic, isolation, onRecord, onFailed, justCreated: true, log });
    this.#plain = new PlainWriter({ cluster, topic, groupId });
    this.#leader = options.transactional
      ? new LeaderWriter({ cluster, topic, groupId, transactionalId: `connect-cluster-${groupId}` })
      : undefined;
  }

  /**
   * Sets the topic up, reads it to its end and makes sure that it belongs to this group. Throws STORE_TOPIC_UNFIT,
   * STORE_TOPIC_CREATION, GROUP_FOREIGN, or what Kafka says.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { cluster, topic, log } = this.#options;
    await setUpTopic(topic, { cluster, log }, signal);
    await this.#reader.start(signal);
    await this.#reader.readToEnd(signal);
    await this.#claim(signal);
    this.#state.goLive();
    this.#live = true;
  }

  /** True: no worker had used the topic before this start. */
  get claimedNow(): boolean {
    return this.#claimedNow;
  }

  /** Writes down which topic holds the offsets of this cluster, so that another one in its place is noticed at the next start. */
  async putOffsetTopic(offsetTopic: { name: string; id: string }, signal: AbortSignal): Promise<void> {
    const { cluster, groupId } = this.#options;
    const clusterId = await cluster.clusterId({ signal });
    await this.#write([clusterMarkerRecord({ clusterId, groupId, offsetTopic })], this.#plain);
  }

  async #claim(signal: AbortSignal): Promise<void> {
    const { cluster, topic, groupId, log } = this.#options;
    const clusterId = await cluster.clusterId({ signal });
    const markers: ClusterMarker[] = [];
    this.#onMarker = (marker) => markers.push(marker);
    const write = async (marker: ClusterMarker): Promise<readonly ClusterMarker[]> => {
      await this.#plain.write([clusterMarkerRecord(marker)], signal);
      await this.#reader.readToEnd(signal);
      return markers;
    };
    const { marker } = this.#state.snapshot();
    this.#claimedNow = marker === undefined;
    await claimTopic({ marker, write }, { topic: topic.name, log, own: { clusterId, groupId } });
    this.#onMarker = undefined;
  }

  snapshot(): ConfigSnapshot {
    return this.#state.snapshot();
  }

  /** Resolves once everything is in `snapshot` that was in the topic when it was called. */
  readToEnd(signal: AbortSignal): Promise<void> {
    return this.#reader.readToEnd(signal);
  }

  /** To be called by the leader before it writes, and again after a CONFIG_WRITE_FAILED. Fences the leader before it. */
  async claimLeader(signal: AbortSignal): Promise<void> {
    await this.#leader?.claim(signal);
  }

  async releaseLeader(): Promise<void> {
    await this.#leader?.release();
  }

  /**
   * Leader. The state, if given, is written before the connector (KIP-980). Tasks of an earlier connector of this name are
   * voided first, see ConnectorLog. The revision goes in the same transaction, behind the connector: where there are none and
   * the leader dies between the two, the next change notes the configuration that has no revision.
   */
  async putConnector(
    connector: string,
    config: Properties,
    { initialState, note }: ConnectorChange = {},
  ): Promise<void> {
    const records = [connectorRecord(connector, config), ...this.#revisionRecords(connector, config, note)];
    if (initialState !== undefined) records.unshift(targetStateRecord(connector, initialState));
    if (this.#state.hasTasksOfFormerLife(connector)) records.unshift(commitRecord(connector, 0));
    await this.#writeAsLeader(records);
  }

  /** Leader. Its task, commit and fencing records stay in the topic, as Connect leaves them. */
  async removeConnector(connector: string, note?: RevisionNote): Promise<void> {
    const tombstones = [connectorRecord(connector, null), targetStateRecord(connector, null)];
    await this.#writeAsLeader([...tombstones, ...this.#revisionRecords(connector, null, note)]);
  }

  /** Leader. Removes the revisions of connectors that were deleted long ago. */
  async removeExpiredRevisions(): Promise<void> {
    const expired = this.#expired();
    if (expired.length > 0) await this.#writeAsLeader(expired);
  }

  /** The revisions of a connector, also of a deleted one, ascending. */
  revisions(connector: string): readonly Revision[] {
    return this.#revisions.of(connector);
  }

  #revisionRecords(connector: string, after: Properties | null, note: RevisionNote | undefined): StoredRecord[] {
    const limits = this.#options.revisions;
    if (limits === undefined || note === undefined) return [];
    const known = this.#revisions.of(connector);
    const before = this.#state.snapshot().connectors.get(connector)?.config;
    return revisionRecords({ connector, known, before, after, note, now: Date.now(), max: limits.max });
  }

  #expired(): StoredRecord[] {
    const limits = this.#options.revisions;
    if (limits === undefined) return [];
    const histories = this.#revisions.connectors().map((connector) => this.#revisions.of(connector));
    return expiredRevisions(histories, Date.now(), limits);
  }

  /**
   * Leader. The whole set of a connector; none of it counts before the commit record behind it. `fenced`: nothing has to be
   * fenced before it may run, so that the count of its tasks is recorded with it.
   */
  async putTaskConfigs(connector: string, configs: readonly Properties[], { fenced = false } = {}): Promise<void> {
    const records = configs.map((config, task) => taskRecord(connector, task, config));
    records.push(commitRecord(connector, configs.length));
    if (fenced) records.push(taskCountRecord(connector, configs.length));
    await this.#writeAsLeader(records);
  }

  /** Leader. */
  async putTaskCountRecord(connector: string, count: number): Promise<void> {
    await this.#writeAsLeader([taskCountRecord(connector, count)]);
  }

  /** Leader. */
  async putSessionKey(key: SessionKey): Promise<void> {
    await this.#writeAsLeader([sessionKeyRecord(key)]);
  }

  /** Leader. */
  async putRestart(request: RestartRequest): Promise<void> {
    await this.#writeAsLeader([restartRecord(request)]);
  }

  /** Any worker. */
  async putTargetState(connector: string, state: TargetState, detail?: string): Promise<void> {
    await this.#write([targetStateRecord(connector, state, detail)], this.#plain);
  }

  /** Any worker. */
  async putLoggerLevel(namespace: string, level: string): Promise<void> {
    await this.#write([loggerRecord(namespace, level)], this.#plain);
  }

  /** Ends reads and writes under way. */
  async close(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#plain.close(), this.#leader?.close()]);
  }

  async #writeAsLeader(records: readonly StoredRecord[]): Promise<void> {
    await this.#write(records, this.#leader ?? this.#plain);
  }

  async #write(records: readonly StoredRecord[], writer: PlainWriter | LeaderWriter): Promise<void> {
    const deadline = AbortSignal.timeout(WRITE_LIMIT_MS);
    await writer.write(records, deadline);
    await this.#reader.readToEnd(deadline);
  }

  #take(logged: LogRecord): void {
    const { key, value, offset } = logged;
    const { groupId } = this.#options;
    const foreign = this.#live ? foreignRecord(logged, { topic: this.#options.topic.name, groupId }) : undefined;
    if (foreign !== undefined) this.#options.onForeign?.(foreign);
    const name = key?.toString() ?? '';
    const record = decodeConfigRecord(name, value);
    if (record.kind === 'ignored') {
      const { topic, log } = this.#options;
      log.warn(
        { topic: topic.name, offset, key: name, reason: record.reason },
        'ignoring a record of the config topic',
      );
    }
    if (record.kind === 'revision') this.#revisions.apply(record.id, record.revision);
    const change = this.#state.apply(record, offset);
    if (record.kind === 'marker' && record.marker !== null) this.#onMarker?.(record.marker);
    if (change === undefined) return;
    this.#options.onChange(change);
  }
}
