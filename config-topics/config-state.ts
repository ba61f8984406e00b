import { ConnectorLog } from './connector-log.ts';
import type { ConfigChange, ConfigSnapshot, ConnectorConfigState } from './config-snapshot.ts';
import type { ClusterMarker } from './records/cluster-marker-record.ts';
import type { ConfigRecord } from './records/config-record.ts';
import type { SessionKey } from './records/session-key-record.ts';

/**
 * The fold of the config topic: the snapshot is a function of the records applied, in the order of their offsets. It is
 * the same for a topic and for the same topic after compaction, wherever that is possible at all.
 */
export class ConfigState {
  readonly #connectors = new Map<string, ConnectorLog>();
  #offset = -1n;
  #sessionKey: SessionKey | undefined;
  #marker: ClusterMarker | undefined;
  #live = false;
  #snapshot: ConfigSnapshot | undefined;

  /** Offset of the last record + 1; −1n before the first. */
  get offset(): bigint {
    return this.#offset;
  }

  /** Takes the next record in and says what it changed; nothing as long as the topic is replayed. */
  apply(record: ConfigRecord, offset: bigint): ConfigChange | undefined {
    this.#offset = offset + 1n;
    this.#snapshot = undefined;
    const change = this.#change(record, offset);
    return this.#live ? change : undefined;
  }

  /** The end of the replay: from now on a record of tasks is judged by what is known when it comes. */
  goLive(): void {
    this.#live = true;
    this.#snapshot = undefined;
    for (const connector of this.#connectors.values()) connector.endOfReplay();
  }

  /** Whether creating this connector must first void task sets of an earlier one of that name (see ConnectorLog). */
  hasTasksOfFormerLife(connector: string): boolean {
    return this.#connectors.get(connector)?.hasTasksOfFormerLife === true;
  }

  snapshot(): ConfigSnapshot {
    this.#snapshot ??= {
      offset: this.#offset,
      connectors: this.#existing(),
      sessionKey: this.#sessionKey,
      marker: this.#marker,
    };
    return this.#snapshot;
  }

  #existing(): ReadonlyMap<string, ConnectorConfigState> {
    const existing = new Map<string, ConnectorConfigState>();
    for (const [name, connector] of this.#connectors) {
      const state = connector.state();
      if (state !== undefined) existing.set(name, state);
    }
    return existing;
  }

  #change(record: ConfigRecord, offset: bigint): ConfigChange | undefined {
    switch (record.kind) {
      case 'connector':
        this.#of(record.connector).applyConfig(record.config);
        return record.config === null
          ? { type: 'connector-removed', connector: record.connector }
          : { type: 'connector-updated', connector: record.connector };
      case 'task':
        this.#of(record.connector).applyTask(record.task, record.config);
        return undefined;
      case 'commit': {
        const connector = this.#of(record.connector);
        connector.applyCommit(record.tasks, { offset, live: this.#live });
        return connector.exists ? { type: 'tasks-committed', connector: record.connector } : undefined;
      }
      case 'target-state': {
        const changed = this.#of(record.connector).applyTargetState(record.state, record.detail);
        return changed === undefined
          ? undefined
          : { type: 'target-state-changed', connector: record.connector, state: changed };
      }
      case 'task-count':
        this.#of(record.connector).applyTaskCount(record.count);
        return { type: 'tasks-fenced', connector: record.connector };
      case 'restart':
        return { type: 'restart-requested', ...record.request };
      case 'session-key':
        this.#sessionKey = record.key;
        return { type: 'session-key-changed', key: record.key };
      case 'logger':
        return { type: 'logger-level', namespace: record.namespace, level: record.level };
      case 'marker':
        this.#marker = record.marker ?? undefined;
        return { type: 'marker-changed', marker: record.marker };
      case 'revision': // of no account for what runs; see RevisionTable
      case 'ignored':
        return undefined;
    }
  }

  #of(name: string): ConnectorLog {
    let connector = this.#connectors.get(name);
    if (connector === undefined) {
      connector = new ConnectorLog();
      this.#connectors.set(name, connector);
    }
    return connector;
  }
}
