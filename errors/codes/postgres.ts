import type { ErrorDefinition } from '../error-definition.ts';

/** What can go wrong in postgres's part. */
export const postgresCodes = {} as const satisfies Record<string, ErrorDefinition>;
