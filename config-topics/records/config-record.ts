import { parseJsonBytes } from '../json-text.ts';
import { CLUSTER_MARKER_KEY, decodeClusterMarker, type ClusterMarker } from './cluster-marker-record.ts';
import { commitConnectorOfKey, decodeCommit } from './commit-record.ts';
import { connectorOfKey } from './connector-record.ts';
import { decodeLoggerLevel, loggerNamespaceOfKey } from './logger-record.ts';
import { decodeProperties, type Properties } from './properties.ts';
import { decodeRestart, restartConnectorOfKey, type RestartRequest } from './restart-record.ts';
import { decodeRevision, revisionOfKey, type Revision } from './revision-record.ts';
import { decodeSessionKey, SESSION_KEY, type SessionKey } from './session-key-record.ts';
import {
  decodeTargetDetail,
  decodeTargetState,
  targetStateConnectorOfKey,
  type TargetState,
} from './target-state-record.ts';
import { decodeTaskCount, taskCountConnectorOfKey } from './task-count-record.ts';
import { taskOfKey } from './task-record.ts';

/** A record of the config topic, decoded. Null: a tombstone where one has a meaning. */
export type ConfigRecord =
  | { readonly kind: 'connector'; readonly connector: string; readonly config: Properties | null }
  | { readonly kind: 'task'; readonly connector: string; readonly task: number; readonly config: Properties }
  | { readonly kind: 'commit'; readonly connector: string; readonly tasks: number }
  | {
      readonly kind: 'target-state';
      readonly connector: string;
      readonly state: TargetState | null;
      /** Why, where it was nobody's request. */
      readonly detail?: string;
    }
  | { readonly kind: 'restart'; readonly request: RestartRequest }
  | { readonly kind: 'session-key'; readonly key: SessionKey }
  | { readonly kind: 'task-count'; readonly connector: string; readonly count: number }
  | { readonly kind: 'logger'; readonly namespace: string; readonly level: string }
  /** Null: it was removed. */
  | {
      readonly kind: 'revision';
      readonly id: { readonly connector: string; readonly revision: number };
      readonly revision: Revision | null;
    }
  | { readonly kind: 'marker'; readonly marker: ClusterMarker | null }
  /** To be logged and left alone, as Connect does. The reason holds nothing of the value: it can be a secret. */
  | { readonly kind: 'ignored'; readonly reason: string };

/** Decodes by the key, in the order in which Connect asks. Never throws. */
export function decodeConfigRecord(key: string, bytes: Buffer | null): ConfigRecord {
  const value = bytes === null ? null : parseJsonBytes(bytes);
  if (value === undefined) return ignored('its value is not JSON');
  return connectorRecordOf(key, value) ?? clusterRecordOf(key, value) ?? ignored('the key is unknown');
}

/** Records that belong to one connector. */
function connectorRecordOf(key: string, value: unknown): ConfigRecord | undefined {
  const stated = targetStateConnectorOfKey(key);
  if (stated !== undefined) {
    const state = value === null ? null : decodeTargetState(value);
    if (state === undefined) return ignored('it names no state');
    const detail = decodeTargetDetail(value);
    return { kind: 'target-state', connector: stated, state, ...(detail === undefined ? {} : { detail }) };
  }
  const connector = connectorOfKey(key);
  if (connector !== undefined) {
    const config = value === null ? null : decodeProperties(value);
    return typeof config === 'string' ? ignored(config) : { kind: 'connector', connector, config };
  }
  if (key.startsWith('task-')) return taskRecordOf(key, value);
  const committed = commitConnectorOfKey(key);
  if (committed !== undefined) {
    const tasks = decodeCommit(value);
    return tasks === undefined ? ignored('it has no count of tasks') : { kind: 'commit', connector: committed, tasks };
  }
  const restarted = restartConnectorOfKey(key);
  if (restarted !== undefined) {
    const request = decodeRestart(restarted, value);
    return request === undefined ? ignored('its value is not a JSON object') : { kind: 'restart', request };
  }
  const counted = taskCountConnectorOfKey(key);
  if (counted === undefined) return undefined;
  const count = decodeTaskCount(value);
  return count === undefined ? ignored('it has no count of tasks') : { kind: 'task-count', connector: counted, count };
}

function taskRecordOf(key: string, value: unknown): ConfigRecord {
  const id = taskOfKey(key);
  const config = decodeProperties(value);
  if (id === undefined) return ignored('the key names no task');
  return typeof config === 'string' ? ignored(config) : { kind: 'task', ...id, config };
}

/** Records that belong to the cluster. */
function clusterRecordOf(key: string, value: unknown): ConfigRecord | undefined {
  const namespace = loggerNamespaceOfKey(key);
  if (namespace !== undefined) {
    const level = decodeLoggerLevel(value);
    return level === undefined ? ignored('it names no level') : { kind: 'logger', namespace, level };
  }
  if (key === SESSION_KEY) {
    const sessionKey = decodeSessionKey(value);
    return sessionKey === undefined ? ignored('it holds no key') : { kind: 'session-key', key: sessionKey };
  }
  const id = revisionOfKey(key);
  if (id !== undefined) {
    const revision = value === null ? null : decodeRevision(id, value);
    return revision === undefined ? ignored('it is no revision') : { kind: 'revision', id, revision };
  }
  if (key !== CLUSTER_MARKER_KEY) return undefined;
  const marker = value === null ? null : decodeClusterMarker(value);
  return marker === undefined ? ignored('it names no group') : { kind: 'marker', marker };
}

function ignored(reason: string): ConfigRecord {
  return { kind: 'ignored', reason };
}
