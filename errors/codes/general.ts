import type { ErrorDefinition } from '../error-definition.ts';

/** MR-0xx: what belongs to no single part. */
export const generalCodes = {
  INTERNAL: {
    retry: 'automatic',
    advice: 'A fault in millrace itself. The task is restarted from its committed offsets; report the trace.',
  },
  CONFIG_INVALID: {
    retry: 'never',
    advice: 'Correct the setting that the message names and submit the configuration again.',
  },
  NOT_SUPPORTED: {
    retry: 'never',
    advice:
      'The configuration asks for something this version does not do. The message names it and what can be used instead.',
  },
} as const satisfies Record<string, ErrorDefinition>;
