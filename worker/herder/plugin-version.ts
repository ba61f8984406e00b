import { compareVersions } from '../plugin-versions.ts';
import { RestError } from './rest-error.ts';

/** One interval of a Maven version range; an undefined bound is open. */
interface Interval {
  readonly from: string | undefined;
  readonly fromIncluded: boolean;
  readonly to: string | undefined;
  readonly toIncluded: boolean;
}

/** Which versions of a plug-in will do (KIP-891). */
interface Requirement {
  /** As Connect shows it, e.g. `[1.0,1.0]`. */
  readonly text: string;
  readonly intervals: readonly Interval[];
}

export interface VersionedPlugin {
  readonly className: string;
  readonly version: string;
}

function intervalOf(text: string): Interval | undefined {
  const [, open, bounds = '', close] = /^([[(])([^[\]()]*)([\])])$/.exec(text) ?? [];
  if (open === undefined || close === undefined) return undefined;
  const [from = '', to = from, more] = bounds.split(',').map((bound) => bound.trim());
  if (more !== undefined) return undefined;
  const included = { fromIncluded: open === '[', toIncluded: close === ']' };
  return { from: from === '' ? undefined : from, to: to === '' ? undefined : to, ...included };
}

/** Null or `latest`: whatever there is. Maven's syntax: `1.2` (exactly that), `[1.0,2.0)`, `[1.0,),(,0.9]`. RestError 400 for what is none. */
function requirementOf(text: string | null): Requirement | undefined {
  if (text === null || text.trim() === 'latest') return undefined;
  const spec = text.trim();
  if (!/^[[(]/.test(spec)) {
    const exact = { from: spec, fromIncluded: true, to: spec, toIncluded: true };
    return { text: `[${spec},${spec}]`, intervals: [exact] };
  }
  const intervals = spec.split(/(?<=[\])])\s*,\s*/).map(intervalOf);
  if (intervals.includes(undefined)) throw new RestError(400, `Invalid version specification: ${text}`);
  return { text: spec, intervals: intervals.filter((interval) => interval !== undefined) };
}

function within(version: string, { from, fromIncluded, to, toIncluded }: Interval): boolean {
  const above = from === undefined ? 1 : compareVersions(version, from);
  const below = to === undefined ? -1 : compareVersions(version, to);
  return (above > 0 || (above === 0 && fromIncluded)) && (below < 0 || (below === 0 && toIncluded));
}

function problem({ className, version }: VersionedPlugin, required: Requirement): string | undefined {
  if (required.intervals.some((interval) => within(version, interval))) return undefined;
  return `Plugin ${className} not found that matches the version range ${required.text}, available versions: [${version}]`;
}

/** Why a plug-in is not there in the wanted version, in Connect's words; undefined when it is. */
export function unavailable(plugin: VersionedPlugin, version: string | null): string | undefined {
  try {
    const required = requirementOf(version);
    return required === undefined ? undefined : problem(plugin, required);
  } catch (error) {
    if (error instanceof RestError) return error.message;
    throw error;
  }
}

/** RestError 400 when a plug-in is not there in the wanted version, or the requirement says nothing. */
export function requireVersion(plugin: VersionedPlugin, version: string | null): void {
  const required = requirementOf(version);
  const text = required === undefined ? undefined : problem(plugin, required);
  if (text !== undefined) throw new RestError(400, text);
}
