import type { ErrorDefinition } from '../error-definition.ts';

/** What can go wrong in worker's part. */
export const workerCodes = {} as const satisfies Record<string, ErrorDefinition>;
