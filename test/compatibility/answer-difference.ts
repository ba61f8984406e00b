import type { Answer, Json } from './answer.ts';

/** One place where two answers differ; undefined: not there. */
export interface Difference {
  /** e.g. `status`, `header location`, `body.message`, `body.configs.tasks.max.value.errors.0`. */
  readonly at: string;
  readonly theirs: string | undefined;
  readonly ours: string | undefined;
}

type Members = ReadonlyMap<string, Json>;

function shown(value: Json | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return JSON.stringify(value, (_name, member: unknown) => (typeof member === 'bigint' ? String(member) : member));
}

/** What tells the entries of a list apart whose order says nothing: settings, plug-ins. */
function nameOf(entry: Json): string | undefined {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return undefined;
  const members = new Map(Object.entries(entry));
  const value = members.get('value');
  if (members.has('definition') && value !== undefined) return nameOf(value);
  const type = members.get('type');
  // A class may be a converter and a header converter.
  if (members.has('class')) return `${shown(members.get('class')) ?? ''} ${shown(type) ?? ''}`;
  const name = members.has('importance') || members.has('errors') ? members.get('name') : undefined;
  return typeof name === 'string' ? name : undefined;
}

function membersOf(value: Json, at: string): Members | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const entries: readonly Json[] = value;
  const names = entries.map(nameOf);
  if (entries.length > 0 && names.every((name) => name !== undefined))
    return new Map(entries.map((entry, index) => [names[index] ?? '', entry]));
  // Names of connectors, topics and loggers, and groups of settings: which there are counts, not in which order.
  const isSet =
    (at === 'body' || /\.(topics|groups|recommended_values)$/.test(at)) &&
    entries.every((entry) => typeof entry === 'string');
  return new Map(entries.map((entry, index) => [isSet && typeof entry === 'string' ? entry : String(index), entry]));
}

function compare(at: string, theirs: Json | undefined, ours: Json | undefined): Difference[] {
  if (theirs !== undefined && ours !== undefined && Array.isArray(theirs) === Array.isArray(ours)) {
    const left = membersOf(theirs, at);
    const right = membersOf(ours, at);
    if (left !== undefined && right !== undefined) {
      const names = new Set([...left.keys(), ...right.keys()]);
      return [...names].flatMap((name) => compare(`${at}.${name}`, left.get(name), right.get(name)));
    }
  }
  const texts = { theirs: shown(theirs), ours: shown(ours) };
  return texts.theirs === texts.ours && typeof theirs === typeof ours ? [] : [{ at, ...texts }];
}

/** Everything in which two answers differ. */
export function differences(theirs: Answer, ours: Answer): Difference[] {
  const names = new Set([...Object.keys(theirs.headers), ...Object.keys(ours.headers)]);
  return [
    ...compare('status', theirs.status, ours.status),
    ...[...names].flatMap((name) => compare(`header ${name}`, theirs.headers[name], ours.headers[name])),
    ...compare('body', theirs.body, ours.body),
  ];
}
