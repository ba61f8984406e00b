import { encodeProperties, type Properties } from './properties.ts';
import type { StoredRecord } from './stored-record.ts';

/** Key `task-<n>-<i>`, value `{"properties":{…}}`; without effect until the commit record of its connector follows. */
export function taskRecord(connector: string, task: number, config: Properties): StoredRecord {
  return { key: `task-${connector}-${task}`, value: encodeProperties(config) };
}

/** The number is everything behind the last hyphen, since names contain hyphens too. */
export function taskOfKey(key: string): { connector: string; task: number } | undefined {
  const parts = /^task-(.+)-(\d{1,9})$/s.exec(key);
  return parts?.[1] === undefined ? undefined : { connector: parts[1], task: Number(parts[2]) };
}
