import { apacheTransform } from './plugin-definition.ts';

/** Drops every record; which ones those are is for a predicate to say. */
export const filter = apacheTransform({ simpleName: 'Filter', settings: {}, create: () => ({ apply: () => null }) });
