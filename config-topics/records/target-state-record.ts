import { isJsonObject, jsonString } from '../json-text.ts';
import type { StoredRecord } from './stored-record.ts';

const PREFIX = 'target-state-';

/** What a connector is meant to do. STOPPED (KIP-875) has no tasks; workers before 3.5 do not know it. */
export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED';

/** Ours, which Java ignores: why a connector was stopped that nobody stopped. */
const DETAIL = 'millrace.detail';

/** Key `target-state-<n>`, value `{"state":"PAUSED","state.v2":"STOPPED"}`: old workers read `state` and at least pause. */
export function targetStateRecord(connector: string, state: TargetState | null, detail?: string): StoredRecord {
  const key = PREFIX + connector;
  if (state === null) return { key, value: null };
  const why = detail === undefined ? '' : `,"${DETAIL}":${jsonString(detail)}`;
  const older = state === 'STOPPED' ? 'PAUSED' : state;
  return { key, value: Buffer.from(`{"state":"${older}","state.v2":"${state}"${why}}`) };
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

/** Undefined: none is given. */
export function decodeTargetDetail(value: unknown): string | undefined {
  const detail = isJsonObject(value) ? value[DETAIL] : undefined;
  return typeof detail === 'string' ? detail : undefined;
}
