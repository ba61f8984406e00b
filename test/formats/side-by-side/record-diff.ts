import { parseExact, type ExactJson, type PlainRecord } from './plain-record.ts';

/** One place where two records differ. `path` begins with `key`, `value` or `headers`. */
export interface Difference {
  readonly path: string;
  readonly theirs: string;
  readonly ours: string;
}

/** Times of processing, which no two runs share. */
const VOLATILE = /^value(\.payload)?\.ts_(ms|us|ns)$/;

/** Every place where the records differ, member by member, schemas included; the order of members counts too. */
export function recordDifferences(theirs: PlainRecord, ours: PlainRecord): Difference[] {
  const found: Difference[] = [];
  compare('key', parsed(theirs.key), parsed(ours.key), found);
  compare('value', parsed(theirs.value), parsed(ours.value), found);
  compare('headers', theirs.headers, ours.headers, found);
  return found.filter(({ path }) => !VOLATILE.test(path));
}

function parsed(text: string | null): ExactJson {
  return text === null ? null : parseExact(text);
}

function compare(path: string, theirs: ExactJson | undefined, ours: ExactJson | undefined, found: Difference[]): void {
  const [left, right] = [members(theirs), members(ours)];
  if (left === undefined || right === undefined) {
    if (JSON.stringify(theirs) !== JSON.stringify(ours)) found.push({ path, theirs: shown(theirs), ours: shown(ours) });
    return;
  }
  const names = [...new Set([...left.keys(), ...right.keys()])];
  for (const name of names) compare(`${path}.${name}`, left.get(name), right.get(name), found);
  const common = (side: ReadonlyMap<string, unknown>): string =>
    [...side.keys()].filter((name) => left.has(name) && right.has(name)).join(',');
  if (common(left) !== common(right))
    found.push({ path: `${path} (order)`, theirs: common(left), ours: common(right) });
}

/** Members of an object; fields of a struct's schema by their names; elements of an array by their places. */
function members(json: ExactJson | undefined): Map<string, ExactJson> | undefined {
  if (json === undefined || json === null || typeof json !== 'object') return undefined;
  if (!isArray(json)) return new Map(Object.entries(json));
  return new Map(json.map((element, index) => [fieldName(element) ?? String(index), element]));
}

function fieldName(element: ExactJson): string | undefined {
  if (element === null || typeof element !== 'object' || isArray(element)) return undefined;
  const name = element['field'];
  return typeof name === 'string' && typeof element['type'] === 'string' ? name : undefined;
}

function isArray(json: ExactJson): json is readonly ExactJson[] {
  return Array.isArray(json);
}

function shown(json: ExactJson | undefined): string {
  const text = json === undefined ? 'nothing' : JSON.stringify(json);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
