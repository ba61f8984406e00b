import { z } from 'zod';

const figuresSchema = z.object({ passed: z.number(), failed: z.number(), skipped: z.number() });

/** What mocha's reporter counted. */
export type Figures = z.infer<typeof figuresSchema>;

export const NO_FIGURES: Figures = { passed: 0, failed: 0, skipped: 0 };

/** Adds the figures of one suite, as the reporter writes them: one line of JSON. */
export function addFigures(sum: Figures, line: string): Figures {
  const more = figuresSchema.parse(JSON.parse(line));
  return {
    passed: sum.passed + more.passed,
    failed: sum.failed + more.failed,
    skipped: sum.skipped + more.skipped,
  };
}

export function figuresLine({ passed, failed, skipped }: Figures): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
