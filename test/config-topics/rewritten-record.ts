import { parseJsonBytes } from '../../config-topics/json-text.ts';
import {
  decodeOffsetKey,
  decodeOffsetValue,
  encodeOffsetKey,
  encodeOffsetValue,
} from '../../config-topics/offset-codec.ts';
import { clusterMarkerRecord } from '../../config-topics/records/cluster-marker-record.ts';
import { commitRecord } from '../../config-topics/records/commit-record.ts';
import { decodeConfigRecord, type ConfigRecord } from '../../config-topics/records/config-record.ts';
import { connectorRecord } from '../../config-topics/records/connector-record.ts';
import { loggerRecord } from '../../config-topics/records/logger-record.ts';
import { revisionKey, revisionRecord } from '../../config-topics/records/revision-record.ts';
import { restartRecord } from '../../config-topics/records/restart-record.ts';
import { sessionKeyRecord } from '../../config-topics/records/session-key-record.ts';
import { decodeStatus, statusIdOfKey, statusRecord } from '../../config-topics/records/status-record.ts';
import type { StoredRecord } from '../../config-topics/records/stored-record.ts';
import { targetStateRecord } from '../../config-topics/records/target-state-record.ts';
import { taskCountRecord } from '../../config-topics/records/task-count-record.ts';
import { taskRecord } from '../../config-topics/records/task-record.ts';
import {
  decodeTopicStatus,
  topicStatusKey,
  topicStatusOfKey,
  topicStatusRecord,
} from '../../config-topics/records/topic-status-record.ts';

/** A record of an internal topic as our writers would have written it, out of what our readers made of it. */
export function rewritten(property: string, key: Buffer, value: Buffer | null): StoredRecord {
  if (property.startsWith('config')) return configAgain(decodeConfigRecord(key.toString(), value));
  return property.startsWith('offset') ? offsetAgain(key, value) : statusAgain(key.toString(), value);
}

function configAgain(record: ConfigRecord): StoredRecord {
  switch (record.kind) {
    case 'connector':
      return connectorRecord(record.connector, record.config);
    case 'task':
      return taskRecord(record.connector, record.task, record.config);
    case 'commit':
      return commitRecord(record.connector, record.tasks);
    case 'target-state':
      return targetStateRecord(record.connector, record.state, record.detail);
    case 'session-key':
      return sessionKeyRecord(record.key);
    case 'task-count':
      return taskCountRecord(record.connector, record.count);
    case 'restart':
      return restartRecord(record.request);
    case 'logger':
      return loggerRecord(record.namespace, record.level);
    case 'revision':
      if (record.revision === null) return { key: revisionKey(record.id.connector, record.id.revision), value: null };
      return revisionRecord(record.revision);
    case 'marker':
      if (record.marker === null) throw new Error('a marker without content');
      return clusterMarkerRecord(record.marker);
    case 'ignored':
      throw new Error(`not understood: ${record.reason}`);
  }
}

function offsetAgain(key: Buffer, value: Buffer | null): StoredRecord {
  const decoded = decodeOffsetKey(key);
  if (decoded === undefined) throw new Error(`no key of an offset: ${String(key)}`);
  return {
    key: encodeOffsetKey(decoded.connector, decoded.partition).toString(),
    value: encodeOffsetValue(value === null ? null : decodeOffsetValue(value)),
  };
}

function statusAgain(key: string, value: Buffer | null): StoredRecord {
  const parsed = value === null ? undefined : parseJsonBytes(value);
  const id = statusIdOfKey(key);
  if (id !== undefined) return statusRecord(id, value === null ? null : (decodeStatus(parsed) ?? failed(key)));
  const topic = topicStatusOfKey(key) ?? failed(key);
  if (value === null) return { key: topicStatusKey(topic.topic, topic.connector), value: null };
  return topicStatusRecord(decodeTopicStatus(parsed) ?? failed(key));
}

function failed(key: string): never {
  throw new Error(`not understood: ${key}`);
}
