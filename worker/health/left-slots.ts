import type { FlatObject } from '../../config-topics/json-text.ts';
import type { HeldSlot, SlotNames } from '../../connectors/source-connector.ts';
import type { TaskBody } from './task-body.ts';

/** A slot that a connector held which is not there any more, by what is left of its offsets. */
export interface LeftSlot extends HeldSlot {
  readonly connector: string;
  /** Key of the offset that says so. */
  readonly partition: FlatObject;
}

interface StoredEntry {
  readonly partition: FlatObject;
  readonly offset: FlatObject | null;
}

export interface LeftSlotSources {
  /** Connectors that offsets are stored of, whether they exist or not, and those offsets. */
  readonly stored: readonly string[];
  readonly offsetsOf: (connector: string) => readonly StoredEntry[];
  /** Configurations of the connectors that exist. */
  readonly configs: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** The kinds of connectors that hold slots. */
  readonly kinds: readonly SlotNames[];
  /** That of a class; undefined: it is unknown, or holds none. */
  readonly kindOf: (className: string) => SlotNames | undefined;
}

/** The slots of connectors that were deleted, but for those that a connector uses which exists. */
export function leftSlots(sources: LeftSlotSources): LeftSlot[] {
  const { stored, configs } = sources;
  const left = stored.filter((name) => !configs.has(name)).flatMap((name) => slotsOf(name, sources));
  if (left.length === 0) return [];
  const used = [...configs].flatMap(([name, config]) => usedSlots(name, config, sources));
  return left.filter(
    ({ slot, system }) =>
      !used.some(
        (other) => other.slot === slot && (other.system === null || system === null || other.system === system),
      ),
  );
}

/** By its configuration, on whatever server, and by what its offsets say of the server. */
function usedSlots(name: string, config: Readonly<Record<string, string>>, sources: LeftSlotSources): HeldSlot[] {
  const held = slotsOf(name, sources);
  const slot = sources.kindOf(config['connector.class'] ?? '')?.namedBy(config);
  if (slot === undefined || held.some((other) => other.slot === slot && other.system !== null)) return held;
  return [...held, { slot, system: null }];
}

function slotsOf(connector: string, { offsetsOf, kinds }: LeftSlotSources): LeftSlot[] {
  return offsetsOf(connector).flatMap(({ partition, offset }) =>
    offset === null
      ? []
      : kinds.flatMap((kind) => {
          const held = kind.heldBy(offset);
          return held === undefined ? [] : { connector, ...held, partition };
        }),
  );
}

/** A slot of a connector that was deleted, and what the tasks that read its server see of it. */
export interface SlotWithoutConnector {
  readonly connector: string;
  readonly slot: string;
  readonly system: string | null;
  /** Null: no task reads that server, so that nobody can say. */
  readonly exists: true | null;
  readonly database: string | null;
  readonly active: boolean | null;
  readonly retained_bytes: number | null;
  readonly status: string | null;
  readonly hint: string;
}

/** The rest of a list that was cut off is not known. */
const MOST_REPORTED = 50;

/** Joins what offsets say with what tasks see: a slot is left out once a task of its server sees that it is gone. */
export function slotsWithoutConnector(left: readonly LeftSlot[], tasks: readonly TaskBody[]): SlotWithoutConnector[] {
  const seen = tasks.flatMap(({ source }) => (source?.slot?.system == null ? [] : [source.slot]));
  return left.flatMap(({ connector, slot, system }) => {
    const servers = seen.filter((server) => server.system === system);
    const found = servers.flatMap(({ others }) => others).find(({ name }) => name === slot);
    if (found === undefined && servers.some(({ others }) => others.length < MOST_REPORTED)) return [];
    const { database = null, active = null, retained_bytes = null, status = null } = found ?? {};
    const exists = found === undefined ? null : true;
    const hint = hintOf(connector, slot, exists);
    return [{ connector, slot, system, exists, database, active, retained_bytes, status, hint }];
  });
}

function hintOf(connector: string, slot: string, exists: true | null): string {
  const path = `/slots-without-connector/${encodeURIComponent(connector)}/${slot}`;
  const drop = `DELETE ${path} drops the slot and forgets the offsets of connector ${connector}; creating that connector again goes on from them.`;
  if (exists === true) return `The server keeps its log for this slot. ${drop}`;
  return `No connector here reads the server of this slot, which may keep its log for it. ${drop}`;
}
