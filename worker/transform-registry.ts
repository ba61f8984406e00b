import type { TransformLookup } from '../transforms/transform-lookup.ts';
import type { PredicatePlugin, TransformPlugin } from '../transforms/transform.ts';
import { pluginByName } from './plugin-names.ts';

/** The transforms and predicates that configurations may name, by class or alias. */
export class TransformRegistry implements TransformLookup {
  readonly transforms: readonly TransformPlugin[];
  readonly predicates: readonly PredicatePlugin[];
  readonly #transforms: ReadonlyMap<string, TransformPlugin>;
  readonly #predicates: ReadonlyMap<string, PredicatePlugin>;

  constructor(transforms: readonly TransformPlugin[], predicates: readonly PredicatePlugin[]) {
    this.transforms = transforms;
    this.predicates = predicates;
    this.#transforms = pluginByName(transforms);
    this.#predicates = pluginByName(predicates);
  }

  transform(name: string): TransformPlugin | undefined {
    return this.#transforms.get(name.trim());
  }

  predicate(name: string): PredicatePlugin | undefined {
    return this.#predicates.get(name.trim());
  }
}

/** The transforms and predicates of this version. Their code is loaded when they are asked for: most connectors use none. */
export async function loadTransforms(): Promise<TransformRegistry> {
  const [{ builtInTransforms }, { builtInPredicates }] = await Promise.all([
    import('../transforms/built-in-transforms.ts'),
    import('../transforms/built-in-predicates.ts'),
  ]);
  return new TransformRegistry(builtInTransforms, builtInPredicates);
}
