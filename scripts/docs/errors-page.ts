import type { ErrorDefinition, Retry } from '../../errors/error-definition.ts';

const retryTexts: Record<Retry, string> = {
  automatic: 'tried again by itself',
  'after-help': 'a restart helps once the reason is gone',
  never: 'a restart does not help',
};

/** The catalogue of error codes as Markdown, sorted by code. */
export function errorsPage(catalogue: Readonly<Record<string, ErrorDefinition>>): string {
  const entries = Object.entries(catalogue).sort(([a], [b]) => (a < b ? -1 : 1));
  const intro =
    'Every failure carries one of these codes: in the log (`code`), in the `trace` of a status, in the texts of the REST API and at start-up. The message beside the code says what is wrong and where.';
  const sections = entries.map(
    ([code, { retry, advice }]) => `## ${code}\n\n${advice}\n\n_Retry: ${retryTexts[retry]}._`,
  );
  return ['# Error codes', intro, ...sections].join('\n\n');
}
