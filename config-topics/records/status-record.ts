import { z } from 'zod';
import { jsonString } from '../json-text.ts';
import type { StoredRecord } from './stored-record.ts';

/** What a status belongs to; without `task` to the connector itself. */
export interface StatusId {
  readonly connector: string;
  readonly task?: number;
}

/** The states that Java workers know; they cannot read a record with another one. */
const states = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'STOPPED', 'FAILED', 'RESTARTING', 'DESTROYED'] as const;
export type StatusState = (typeof states)[number];

/** The state of a connector or task as its owner saw it. */
export interface Status {
  readonly state: StatusState;
  /** Stack trace and advice of a failure. */
  readonly trace: string | null;
  /** `host:port` of the writer. */
  readonly workerId: string;
  /** Group generation of the writer when it wrote. */
  readonly generation: number;
  /** Version of the connector's class; null when unknown. */
  readonly version: string | null;
  /** More than a state word can say, e.g. that a full copy is complete. A member of our own, which Java ignores. */
  readonly detail?: string;
}

const shape = z.object({
  state: z.enum(states),
  trace: z.string().nullish(),
  worker_id: z.string(),
  generation: z.int(),
  version: z.string().nullish(),
  detail: z.string().optional(),
});

export function statusKey({ connector, task }: StatusId): string {
  return task === undefined ? `status-connector-${connector}` : `status-task-${connector}-${task}`;
}

/**
 * Key `status-connector-<n>` or `status-task-<n>-<i>`, value
 * `{"state":"RUNNING","trace":null,"worker_id":"10.2.0.7:8083","generation":12,"version":"2.4.0"}` (the shape of Connect 4.1, which
 * older workers read too). Null: deleted.
 */
export function statusRecord(id: StatusId, status: Status | null): StoredRecord {
  return { key: statusKey(id), value: status === null ? null : Buffer.from(statusText(status)) };
}

function statusText({ state, trace, workerId, generation, version, detail }: Status): string {
  const members = [
    `"state":${jsonString(state)}`,
    `"trace":${textOrNull(trace)}`,
    `"worker_id":${jsonString(workerId)}`,
    `"generation":${generation}`,
    `"version":${textOrNull(version)}`,
  ];
  if (detail !== undefined) members.push(`"detail":${jsonString(detail)}`);
  return `{${members.join(',')}}`;
}

/** The number of a task is what stands behind the last hyphen. */
export function statusIdOfKey(key: string): StatusId | undefined {
  const connector = /^status-connector-(.+)$/s.exec(key)?.[1];
  if (connector !== undefined) return { connector };
  const parts = /^status-task-(.+)-(\d{1,9})$/s.exec(key);
  return parts?.[1] === undefined ? undefined : { connector: parts[1], task: Number(parts[2]) };
}

/** Undefined when a member is missing or of another kind, or the state is unknown: such a record is dropped. */
export function decodeStatus(value: unknown): Status | undefined {
  const { data } = shape.safeParse(value);
  if (data === undefined) return undefined;
  const { state, trace = null, worker_id: workerId, generation, version = null, detail } = data;
  return { state, trace, workerId, generation, version, ...(detail === undefined ? {} : { detail }) };
}

function textOrNull(text: string | null): string {
  return text === null ? 'null' : jsonString(text);
}
