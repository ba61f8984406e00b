import type { ErrorDefinition } from '../error-definition.ts';

/** What can go wrong when changes become records. */
export const formatCodes = {
  VALUE_WITHOUT_FORM: {
    retry: 'never',
    advice:
      'Choose a setting that has a form for the value (the message names it), exclude the column, or correct the row and its later versions; then restart the task.',
  },
  RECORD_NOT_CONVERTIBLE: {
    retry: 'never',
    advice:
      'The configured converter has no form for this kind of data. Choose a converter that has one (JsonConverter takes everything), or a transformation that makes the data fit; errors.tolerance=all skips such records. Then restart the task.',
  },
  RECORD_FAILED: {
    retry: 'never',
    advice:
      'A transformation or converter failed on a record for the reason in the message. Correct its settings or the data; errors.tolerance=all skips such records. Then restart the task.',
  },
} as const satisfies Record<string, ErrorDefinition>;
