import type { Field, Schema, Struct, Value } from '../connectors/connect-data.ts';
import { configError } from './configure.ts';
import { dataError, requireMapOrNull, requireStructOrNull, type SchemalessMap } from './requirements.ts';
import { fieldAt, fieldIndex, fieldsOf } from './struct-fields.ts';

export type FieldSyntax = 'V1' | 'V2';

const purpose = 'nested field access';

/** One member of a value, by its name (V1) or by the names on the way to it (V2, KIP-821). */
export class FieldPath {
  readonly #parents: readonly string[];
  readonly #last: string;

  /** Throws a ConnectorError CONFIG_INVALID for backticks that do not come in pairs. */
  constructor(text: string, syntax: FieldSyntax) {
    const steps = syntax === 'V1' ? [text] : pathSteps(text);
    this.#parents = steps.slice(0, -1);
    this.#last = steps.at(-1) ?? '';
  }

  /** Undefined when the schema has no such member. */
  fieldOf(schema: Schema): Field | undefined {
    let current = schema;
    for (const step of this.#parents) {
      const field = fieldOf(current, step);
      if (field === undefined) return undefined;
      current = field.schema;
    }
    return fieldOf(current, this.#last);
  }

  /** Null where the way ends early. */
  ofStruct(struct: Struct, withDefault: boolean): Value {
    let current: Struct | null = struct;
    for (const step of this.#parents) {
      const index = fieldIndex(current.schema, step);
      const field = fieldsOf(current.schema)[index];
      if (field === undefined) return null;
      current = requireStructOrNull(fieldAt(current, index, withDefault), field.schema, purpose);
      if (current === null) return null;
    }
    const index = fieldIndex(current.schema, this.#last);
    return index < 0 ? null : fieldAt(current, index, withDefault);
  }

  ofMap(map: SchemalessMap): Value {
    let current: SchemalessMap | null = map;
    for (const step of this.#parents) {
      current = requireMapOrNull(current.get(step) ?? null, purpose);
      if (current === null) return null;
    }
    return current.get(this.#last) ?? null;
  }
}

function fieldOf(schema: Schema, name: string): Field | undefined {
  if (schema.type !== 'struct') throw dataError('Cannot look up fields on non-struct type');
  return fieldsOf(schema).find((field) => field.name === name);
}

/**
 * `a.b` and `` `a.b`.c `` as names. A backtick at the beginning of a name quotes up to the next one that stands before a dot
 * or at the end; a backslash before such a one makes it part of the name.
 */
function pathSteps(path: string): string[] {
  const steps: string[] = [];
  let at = 0;
  while (at < path.length) {
    const { step, next } = path[at] === '`' ? quotedStep(path, at) : plainStep(path, at);
    steps.push(step);
    at = next;
  }
  if (path.endsWith('.')) steps.push('');
  return steps;
}

interface Step {
  readonly step: string;
  readonly next: number;
}

function plainStep(path: string, start: number): Step {
  const dot = path.indexOf('.', start);
  return dot < 0 ? { step: path.slice(start), next: path.length } : { step: path.slice(start, dot), next: dot + 1 };
}

function quotedStep(path: string, open: number): Step {
  let step = '';
  let start = open + 1;
  let at = start;
  for (;;) {
    at = path.indexOf('`', at);
    const atEnd = at === path.length - 1;
    const escaped = path[at - 1] === '\\';
    if (at < 0 || (atEnd && escaped))
      throw configError(
        `Incomplete backtick pair in path: [${path}], consider adding a backslash before backtick at position ${open} to escape it`,
      );
    if (atEnd) return { step: step + path.slice(start, at), next: path.length };
    if (path[at + 1] === '.') {
      if (!escaped) return { step: step + path.slice(start, at), next: at + 2 };
      step += `${path.slice(start, at - 1)}\``;
      start = at + 1;
    }
    at += 1;
  }
}
