import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { ChangeOrigin, Revision } from '../../config-topics/records/revision-record.ts';
import type { RevisionNote } from '../../config-topics/revision-plan.ts';
import { sameConfig, type Config } from './config-equality.ts';
import { configDiff, type ConfigDiff } from './config-diff.ts';
import { maskConfig, type IsSecret } from './masked-config.ts';
import { RestError } from './rest-error.ts';

/** A revision as it is listed. */
export interface RevisionInfo {
  readonly revision: number;
  /** ISO 8601. */
  readonly time: string;
  readonly change: Revision['change'];
  readonly origin: ChangeOrigin;
  /** The revision that was rolled back to. */
  readonly of?: number;
  /** Whether the connector has this configuration now. */
  readonly current: boolean;
}

export interface RevisionRequestParts {
  readonly view: () => ConfigSnapshot;
  /** Ascending; also of connectors that were deleted. */
  readonly revisions: (name: string) => readonly Revision[];
  readonly isSecret: (config: Config) => Promise<IsSecret>;
  /** The ordinary way of replacing a configuration; answers whether the connector was created. */
  readonly put: (name: string, config: Config, note: RevisionNote) => Promise<boolean>;
}

/** What configurations a connector had, from when and from whom; and the way back to one of them. */
export class RevisionRequests {
  readonly #parts: RevisionRequestParts;

  constructor(parts: RevisionRequestParts) {
    this.#parts = parts;
  }

  /** The newest first. RestError 404 for a connector that is not there and has left nothing. */
  list(name: string): RevisionInfo[] {
    const current = this.#parts.view().connectors.get(name)?.config;
    const known = this.#parts.revisions(name);
    if (current === undefined && known.length === 0) throw new RestError(404, `Connector ${name} not found`);
    const newest = known.findLast(({ config }) => sameOrBothGone(config, current))?.revision;
    return known.map((revision) => infoOf(revision, revision.revision === newest)).reverse();
  }

  /** With its configuration, secrets hidden; null for a deletion. */
  async get(name: string, number: number): Promise<RevisionInfo & { readonly config: Config | null }> {
    const info = this.list(name).find(({ revision }) => revision === number);
    const { config } = this.#revision(name, number);
    if (info === undefined) throw notFound(name, number);
    return { ...info, config: config === null ? null : maskConfig(config, await this.#parts.isSecret(config)) };
  }

  async diff(
    name: string,
    from: number,
    to: number,
  ): Promise<ConfigDiff & { readonly from: number; readonly to: number }> {
    const before = this.#revision(name, from).config ?? {};
    const after = this.#revision(name, to).config ?? {};
    const isSecret = await this.#parts.isSecret({ ...before, ...after });
    return { from, to, ...configDiff(before, after, isSecret) };
  }

  /** Checked and written as any configuration that is put. */
  rollBack(name: string, number: number, origin: ChangeOrigin): Promise<boolean> {
    const { config } = this.#revision(name, number);
    if (config === null)
      throw new RestError(
        400,
        `Revision ${number} of connector ${name} is its deletion; there is no configuration to go back to`,
      );
    return this.#parts.put(name, config, { change: 'rolled-back', origin, of: number });
  }

  #revision(name: string, number: number): Revision {
    const found = this.#parts.revisions(name).find(({ revision }) => revision === number);
    if (found === undefined) throw notFound(name, number);
    return found;
  }
}

function notFound(name: string, number: number): RestError {
  return new RestError(404, `Connector ${name} has no revision ${number}`);
}

function sameOrBothGone(config: Config | null, current: Config | undefined): boolean {
  if (config === null || current === undefined) return config === null && current === undefined;
  return sameConfig(config, current);
}

function infoOf({ revision, time, change, origin, of }: Revision, current: boolean): RevisionInfo {
  const iso = new Date(time).toISOString();
  return { revision, time: iso, change, origin, ...(of === undefined ? {} : { of }), current };
}
