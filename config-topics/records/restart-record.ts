import { isJsonObject } from '../json-text.ts';
import type { StoredRecord } from './stored-record.ts';

const PREFIX = 'restart-connector-';

/** A request to restart a connector and, by the flags, its tasks (KIP-745). */
export interface RestartRequest {
  readonly connector: string;
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

/** Key `restart-connector-<n>`, value `{"include-tasks":true,"only-failed":false}`; of no meaning once it was acted upon. */
export function restartRecord({ connector, includeTasks, onlyFailed }: RestartRequest): StoredRecord {
  const value = `{"include-tasks":${includeTasks},"only-failed":${onlyFailed}}`;
  return { key: PREFIX + connector, value: Buffer.from(value) };
}

export function restartConnectorOfKey(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

/** A flag that is missing or no boolean is false, as in Connect; undefined when the value is no object. */
export function decodeRestart(connector: string, value: unknown): RestartRequest | undefined {
  if (!isJsonObject(value)) return undefined;
  return { connector, includeTasks: value['include-tasks'] === true, onlyFailed: value['only-failed'] === true };
}
