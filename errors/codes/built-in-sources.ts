import type { ErrorDefinition } from '../error-definition.ts';

/** What the small built-in connectors report: files and generated load. */
export const builtInSourceCodes = {
  FILE_UNUSABLE: {
    retry: 'after-help',
    advice:
      'Look at the file that the message names: its rights, its size, its longest line. A file that was replaced begins anew once its offset was removed (stop the connector, DELETE its offsets).',
  },
  LOAD_FAILURE: {
    retry: 'automatic',
    advice: 'The load connector failed because failure.kind asks for it. Nothing is wrong.',
  },
  LOAD_FAILURE_FATAL: {
    retry: 'never',
    advice: 'The load connector failed because failure.kind=fatal asks for it. Nothing is wrong.',
  },
} as const satisfies Record<string, ErrorDefinition>;
