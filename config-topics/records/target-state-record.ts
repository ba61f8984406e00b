import { isJsonObject } from '../json-text.ts';
import type { StoredRecord } from './stored-record.ts';

const PREFIX = 'target-state-';

/** What a connector is meant to do. STOPPED (KIP-875) has no tasks; workers before 3.5 do not know it. */
export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED';

/** Key `target-state-<n>`, value `{"state":"PAUSED","state.v2":"STOPPED"}`: old workers read `state` and at least pause. */
export function targetStateRecord(connector: string, state: TargetState | null): StoredRecord {
  const key = PREFIX + connector;
  if (state === null) return { key, value: null };
  return { key, value: Buffer.from(`{"state":"${state === 'STOPPED' ? 'PAUSED' : state}","state.v2":"${state}"}`) };
}

export function targetStateConnectorOfKey(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

/** `state.v2` wins over `state`; undefined when neither is a state. */
export function decodeTargetState(value: unknown): TargetState | undefined {
  if (!isJsonObject(value)) return undefined;
  const newer = value['state.v2'];
  const state = typeof newer === 'string' ? newer : value['state'];
  return state === 'STARTED' || state === 'PAUSED' || state === 'STOPPED' ? state : undefined;
}
