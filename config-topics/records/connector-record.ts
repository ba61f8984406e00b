import { encodeProperties, type Properties } from './properties.ts';
import type { StoredRecord } from './stored-record.ts';

const PREFIX = 'connector-';

/** Key `connector-<n>`, value `{"properties":{…}}`, or none when the connector is deleted. */
export function connectorRecord(connector: string, config: Properties | null): StoredRecord {
  return { key: PREFIX + connector, value: config === null ? null : encodeProperties(config) };
}

export function connectorOfKey(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}
