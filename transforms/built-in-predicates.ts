import { hasHeaderKey, recordIsTombstone, topicNameMatches } from './predicates.ts';
import type { PredicatePlugin } from './transform.ts';

/** The predicates of this version: Apache Kafka's. */
export const builtInPredicates: readonly PredicatePlugin[] = [hasHeaderKey, recordIsTombstone, topicNameMatches];
