import { writeJsonString, jsonString } from '../../json/json-text.ts';
import type { ValueType } from './value-type.ts';

/** Names of Debezium's string types; all have version 1. */
const semanticNames = {
  json: 'io.debezium.data.Json',
  xml: 'io.debezium.data.Xml',
  uuid: 'io.debezium.data.Uuid',
  ltree: 'io.debezium.data.Ltree',
  tsvector: 'io.debezium.data.Tsvector',
} as const;

/** A string that travels as the source prints it. */
export function textType(placeholder: string): ValueType {
  return {
    schema: { type: 'string' },
    encode: writeJsonString,
    standIn: '""',
    unavailable: jsonString(placeholder),
  };
}

/** A string with a meaning of its own. */
export function namedTextType(kind: keyof typeof semanticNames, placeholder: string): ValueType {
  return {
    ...textType(placeholder),
    schema: { type: 'string', name: semanticNames[kind], version: 1 },
    optionalElements: kind !== 'tsvector',
  };
}

export function enumType(labels: readonly string[], placeholder: string): ValueType {
  return {
    ...textType(placeholder),
    schema: { type: 'string', name: 'io.debezium.data.Enum', version: 1, parameters: { allowed: labels.join(',') } },
    optionalElements: false,
  };
}
