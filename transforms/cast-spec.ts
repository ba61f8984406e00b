import { SettingValueError } from '../settings/setting.ts';
import type { CastTarget } from './cast-value.ts';

export interface CastSpec {
  /** Type of the whole key or value; then there are no fields. */
  readonly whole: CastTarget | undefined;
  readonly fields: ReadonlyMap<string, CastTarget>;
}

const targets: Readonly<Record<string, CastTarget>> = {
  int8: 'int8',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  float32: 'float',
  float64: 'double',
  boolean: 'boolean',
  string: 'string',
};
const neverTargets = ['bytes', 'array', 'map', 'struct'];

function targetOf(text: string): CastTarget {
  const word = text.trim().toLowerCase();
  const target = Object.hasOwn(targets, word) ? targets[word] : undefined;
  if (target !== undefined) return target;
  throw new SettingValueError(
    neverTargets.includes(word)
      ? `Cast transformation does not support casting to ${word.toUpperCase()}; supported types are [${Object.keys(targets).join(', ').toUpperCase()}]`
      : `Invalid type found in casting spec: ${text.trim()}`,
  );
}

/** The setting `spec`. Throws SettingValueError with Connect's reason. */
export function castSpec(entries: readonly string[]): CastSpec {
  if (entries.length === 0) throw new SettingValueError('Must specify at least one field to cast.');
  const fields = new Map<string, CastTarget>();
  let whole: CastTarget | undefined;
  for (const entry of entries) {
    const [first = '', second, ...rest] = entry.replace(/:+$/, '').split(':');
    if (rest.length > 0) throw new SettingValueError(`Invalid rename mapping: ${entry}`);
    if (second === undefined) whole = targetOf(first);
    else fields.set(first.trim(), targetOf(second));
  }
  if (whole !== undefined && entries.length > 1)
    throw new SettingValueError(
      'Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec',
    );
  return { whole, fields };
}

/** As the check of a setting. */
export function castSpecProblem(entries: readonly string[]): string | undefined {
  try {
    castSpec(entries);
    return undefined;
  } catch (error) {
    if (error instanceof SettingValueError) return error.message;
    throw error;
  }
}
