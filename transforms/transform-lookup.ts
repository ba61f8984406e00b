import type { PredicatePlugin, TransformPlugin } from './transform.ts';

/** Finds plug-ins by class name or alias; undefined for a name that none answers to. */
export interface TransformLookup {
  readonly transforms: readonly TransformPlugin[];
  readonly predicates: readonly PredicatePlugin[];
  transform(name: string): TransformPlugin | undefined;
  predicate(name: string): PredicatePlugin | undefined;
}
