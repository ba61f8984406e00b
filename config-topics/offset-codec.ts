import { ConnectorError } from '../errors/connector-error.ts';
import { isJsonObject, jsonObject, jsonString, nestedMembers, parseJsonBytes, type FlatObject } from './json-text.ts';

/*
 * Offset topic, as Kafka Connect writes it (JsonConverter without schemas):
 *   key    ["<connector>",{<partition>}]     compact JSON, member order of the writer
 *   value  {<offset>}                        compact JSON; no value: the offset is forgotten (tombstone)
 * Both are flat: the Java worker's offset reader refuses a nested value and then reports no offset at all.
 */

/** Key of a source partition. Throws a ConnectorError (OFFSET_INVALID) when a member is nested or not a number of JSON. */
export function encodeOffsetKey(connector: string, partition: FlatObject): Buffer {
  return Buffer.from(`[${jsonString(connector)},${flatJson(partition, `partition of connector ${connector}`)}]`);
}

/**
 * What the keys of all source partitions begin with that begin with these members (at least one), and, if named, have `next` as
 * their next member; see `keyBeginsWith`.
 */
export function offsetKeyPrefix(connector: string, members: FlatObject, next?: string): string {
  const begin = encodeOffsetKey(connector, members).toString('utf8').slice(0, -'}]'.length);
  return next === undefined ? begin : `${begin},${jsonString(next)}:`;
}

/** Whether a key's partition has what the prefix says first: whole members, behind which the end or another one follows. */
export function keyBeginsWith(key: string, prefix: string): boolean {
  if (!key.startsWith(prefix)) return false;
  return prefix.endsWith(':') || key[prefix.length] === '}' || key[prefix.length] === ',';
}

/** Whose offset a key stands for; undefined when the key is not one that Connect would accept. */
export function decodeOffsetKey(bytes: Buffer): { connector: string; partition: FlatObject } | undefined {
  const parsed: unknown = parseJsonBytes(bytes);
  if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
  const [connector, partition] = parsed as readonly unknown[];
  if (typeof connector !== 'string' || !isFlat(partition)) return undefined;
  return { connector, partition };
}

/** Value of an offset; null (forget it) has no bytes. Throws a ConnectorError (OFFSET_INVALID) when it is not flat. */
export function encodeOffsetValue(offset: FlatObject | null): Buffer | null {
  return offset === null ? null : Buffer.from(flatJson(offset, 'offset'));
}

/** The offset in a record's value. Throws a ConnectorError (OFFSET_INVALID) when it is not a flat JSON object. */
export function decodeOffsetValue(bytes: Buffer): FlatObject {
  const parsed = parseJsonBytes(bytes);
  if (isFlat(parsed)) return parsed;
  const nested = isJsonObject(parsed) ? `its members ${nestedMembers(parsed).join(', ')} are nested` : 'it is not one';
  throw new ConnectorError('OFFSET_INVALID', `A stored offset must be a flat JSON object, but ${nested}`);
}

function flatJson(value: FlatObject, what: string): string {
  const nested = nestedMembers(value);
  if (nested.length > 0)
    throw new ConnectorError(
      'OFFSET_INVALID',
      `The ${what} has nested values in ${nested.join(', ')}; only strings, numbers, booleans and null can be stored`,
    );
  try {
    return jsonObject(value);
  } catch (error) {
    throw ConnectorError.from(error, 'OFFSET_INVALID', `The ${what} cannot be stored`);
  }
}

function isFlat(value: unknown): value is FlatObject {
  return isJsonObject(value) && nestedMembers(value).length === 0;
}
