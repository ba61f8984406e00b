import { isJsonObject, jsonString } from '../json-text.ts';

/** A connector's or task's configuration as stored: raw text, placeholders of config providers unresolved. */
export type Properties = Readonly<Record<string, string>>;

/** `{"properties":{"k":"v",…}}`, the value of connector and task records. */
export function encodeProperties(properties: Properties): Buffer {
  const members = Object.entries(properties).map(([key, value]) => `${jsonString(key)}:${jsonString(value)}`);
  return Buffer.from(`{"properties":{${members.join(',')}}}`);
}

/**
 * The properties in a parsed record value, or the reason why there are none. Connect writes strings only; numbers and
 * booleans of hand-made records are taken as their text, null members as absent.
 */
export function decodeProperties(value: unknown): Properties | string {
  if (!isJsonObject(value)) return 'the value is not a JSON object';
  const properties = value['properties'];
  if (!isJsonObject(properties)) return "its member 'properties' is not a JSON object";
  const entries: [string, string][] = [];
  for (const [key, member] of Object.entries(properties)) {
    if (member === null) continue;
    if (typeof member === 'string') entries.push([key, member]);
    else if (typeof member === 'number' || typeof member === 'bigint' || typeof member === 'boolean')
      entries.push([key, String(member)]);
    else return `the property '${key}' is not a text`;
  }
  return Object.fromEntries(entries);
}
