import { predicateConfigs, transformConfigs, type GivenConfig } from '../transforms/chain-config.ts';
import type { TransformLookup } from '../transforms/transform-lookup.ts';
import type { PredicatePlugin, TransformPlugin } from '../transforms/transform.ts';
import { pluginByName } from './plugin-names.ts';
import type { PluginPath } from './plugin-path/plugin-path.ts';

type Listed = Pick<TransformPlugin, 'className' | 'version'>;
type ExternalParts = Pick<PluginPath, 'transforms' | 'predicates'>;

/**
 * The transforms and predicates that configurations may name, by class or alias. Those of the plug-in path are found once `prepare`
 * has loaded what a configuration names.
 */
export class TransformRegistry implements TransformLookup {
  readonly transforms: readonly TransformPlugin[];
  readonly predicates: readonly PredicatePlugin[];
  readonly #transforms: ReadonlyMap<string, TransformPlugin>;
  readonly #predicates: ReadonlyMap<string, PredicatePlugin>;
  readonly #external: ExternalParts | undefined;

  /** `external`: beside the built-in ones, whose names win. */
  constructor(
    transforms: readonly TransformPlugin[],
    predicates: readonly PredicatePlugin[],
    external?: ExternalParts,
  ) {
    this.#external = external;
    this.transforms = transforms;
    this.predicates = predicates;
    this.#transforms = pluginByName(transforms);
    this.#predicates = pluginByName(predicates);
  }

  /** Everything there is, as far as it is known without loading third-party code. */
  get listed() {
    const named = <P extends { className: string }>(builtIn: readonly P[], more: readonly P[] = []): P[] => [
      ...builtIn,
      ...more.filter(({ className }) => builtIn.every((other) => other.className !== className)),
    ];
    return {
      transforms: named<Listed>(this.transforms, this.#external?.transforms.entries),
      predicates: named<Listed>(this.predicates, this.#external?.predicates.entries),
    };
  }

  /** Loads what a configuration names. Throws PLUGIN_UNUSABLE. */
  async prepare(config: GivenConfig): Promise<void> {
    await this.#external?.transforms.loadNamed(transformConfigs(config).map(({ type }) => type));
    await this.#external?.predicates.loadNamed(predicateConfigs(config).map(({ type }) => type));
  }

  /** The one of that name, loaded for it. Throws PLUGIN_UNUSABLE. */
  async find(name: string): Promise<TransformPlugin | PredicatePlugin | undefined> {
    await this.#external?.transforms.loadNamed([name]);
    await this.#external?.predicates.loadNamed([name]);
    return this.transform(name) ?? this.predicate(name);
  }

  transform(name: string): TransformPlugin | undefined {
    return this.#transforms.get(name.trim()) ?? this.#external?.transforms.loaded(name);
  }

  predicate(name: string): PredicatePlugin | undefined {
    return this.#predicates.get(name.trim()) ?? this.#external?.predicates.loaded(name);
  }
}

/** The transforms and predicates of this version. Their code is loaded when they are asked for: most connectors use none. */
export async function loadTransforms(external?: ExternalParts): Promise<TransformRegistry> {
  const [{ builtInTransforms }, { builtInPredicates }] = await Promise.all([
    import('../transforms/built-in-transforms.ts'),
    import('../transforms/built-in-predicates.ts'),
  ]);
  return new TransformRegistry(builtInTransforms, builtInPredicates, external);
}
