import type { ErrorDefinition } from '../error-definition.ts';

/** What can go wrong in a connector's chain of transforms. */
export const transformCodes = {
  RECORD_NOT_TRANSFORMED: {
    retry: 'never',
    advice:
      'Correct the settings of the transform that the message names, or limit it with a predicate to the records that it can handle; then restart the task.',
  },
} as const satisfies Record<string, ErrorDefinition>;
