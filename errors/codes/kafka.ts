import type { ErrorDefinition } from '../error-definition.ts';

/** What can go wrong in kafka's part. */
export const kafkaCodes = {} as const satisfies Record<string, ErrorDefinition>;
