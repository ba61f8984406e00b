/**
 * Whether trying again can help: `automatic`: the same operation may succeed later by itself (back-off, no limit but the
 * restart budget); `after-help`: only after somebody changed something outside (a grant, a topic, a free slot), then a
 * restart is enough; `never`: the configuration itself is wrong.
 */
export type Retry = 'automatic' | 'after-help' | 'never';

/** One entry of the catalogue: what an operator reads at 3 a.m. beside the message. */
export interface ErrorDefinition {
  readonly retry: Retry;
  /** What the operator should do, one or two sentences. */
  readonly advice: string;
}
