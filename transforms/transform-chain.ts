import type { SourceRecord } from '../connectors/source-record.ts';
import {
  predicateConfigs,
  transformConfigs,
  type AliasConfig,
  type GivenConfig,
  type TransformConfig,
} from './chain-config.ts';
import { configError } from './configure.ts';
import { TransformFailure } from './transform-failure.ts';
import type { TransformLookup } from './transform-lookup.ts';
import type { Predicate, Transform } from './transform.ts';

/** A transform or predicate as a configuration names it, and whose code it is. */
export interface AliasedPlugin {
  readonly alias: string;
  readonly className: string;
  readonly version: string;
}

interface Condition {
  readonly plugin: AliasedPlugin;
  readonly predicate: Predicate;
  readonly negate: boolean;
}

interface Stage {
  readonly plugin: AliasedPlugin;
  readonly transform: Transform;
  /** Undefined: for all records. */
  readonly condition: Condition | undefined;
}

/** The transforms of one connector, applied to its records in the order of the configuration. */
export class TransformChain {
  readonly #stages: readonly Stage[];

  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
  }

  /** False: records go on as they are, and nobody needs to make them. */
  get changesRecords(): boolean {
    return this.#stages.length > 0;
  }

  /** In the order in which they apply. */
  get transforms(): readonly AliasedPlugin[] {
    return this.#stages.map(({ plugin }) => plugin);
  }

  /** Those that a transform asks, each once. */
  get predicates(): readonly AliasedPlugin[] {
    const asked = this.#stages.flatMap(({ condition }) => condition?.plugin ?? []);
    return [...new Map(asked.map((plugin) => [plugin.alias, plugin])).values()];
  }

  /** The record as it goes on; null: a transform dropped it. Throws TransformFailure. */
  apply(record: SourceRecord): SourceRecord | null {
    let current = record;
    for (const stage of this.#stages) {
      if (!applies(stage, current)) continue;
      const next = transformed(stage, current);
      if (next === null) return null;
      current = next;
    }
    return current;
  }
}

function applies({ plugin: { alias }, condition }: Stage, record: SourceRecord): boolean {
  if (condition === undefined) return true;
  try {
    return condition.predicate.test(record) !== condition.negate;
  } catch (error) {
    throw new TransformFailure(alias, condition.plugin.className, error);
  }
}

function transformed({ plugin: { alias, className }, transform }: Stage, record: SourceRecord): SourceRecord | null {
  try {
    return transform.apply(record);
  } catch (error) {
    throw new TransformFailure(alias, className, error);
  }
}

/** Builds the chain that a connector's configuration describes. Throws a ConnectorError CONFIG_INVALID that names the key. */
export function transformChain(config: GivenConfig, lookup: TransformLookup): TransformChain {
  const predicates = new Map(predicateConfigs(config).map((each) => [each.alias, each]));
  return new TransformChain(
    transformConfigs(config).map((each) => {
      const plugin = pluginOf(each, (name) => lookup.transform(name));
      return {
        plugin: aliased(each, plugin),
        transform: plugin.create(each.own),
        condition: conditionOf(each, predicates, lookup),
      };
    }),
  );
}

function conditionOf(
  { prefix, predicate, negate }: TransformConfig,
  predicates: ReadonlyMap<string, AliasConfig>,
  lookup: TransformLookup,
): Condition | undefined {
  if (predicate === undefined) return undefined;
  const config = predicates.get(predicate);
  if (config === undefined)
    throw configError(`Invalid value ${predicate} for configuration ${prefix}predicate: ${unknownPredicate}`);
  const plugin = pluginOf(config, (name) => lookup.predicate(name));
  return {
    plugin: aliased(config, plugin),
    predicate: plugin.create(config.own),
    negate: negate?.toLowerCase() === 'true',
  };
}

function aliased({ alias }: AliasConfig, { className, version }: Omit<AliasedPlugin, 'alias'>): AliasedPlugin {
  return { alias, className, version };
}

export const unknownPredicate = "the list of the configuration 'predicates' has no predicate of this alias";

function pluginOf<P>({ prefix, type }: AliasConfig, find: (name: string) => P | undefined): P {
  const plugin = type === undefined ? undefined : find(type);
  if (plugin === undefined)
    throw configError(`Invalid value ${type ?? 'null'} for configuration ${prefix}type: Class could not be found.`);
  return plugin;
}
