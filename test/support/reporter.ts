import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/**
 * The spec reporter, plus the figures of the run. Alone it ends with `N passed, N failed, N skipped`; under
 * `npm test`, which runs several suites, it hands its figures over in the file MILLRACE_TEST_FIGURES.
 * Each skip is printed with its reason: the test's title says it.
 */
export default class FiguresReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const figures = { passed: 0, failed: 0, skipped: 0 };
    const skipped: string[] = [];
    runner.on(EVENT_TEST_PASS, () => (figures.passed += 1));
    runner.on(EVENT_TEST_FAIL, () => (figures.failed += 1));
    runner.on(EVENT_TEST_PENDING, (test) => {
      figures.skipped += 1;
      skipped.push(test.fullTitle());
    });
    runner.on(EVENT_RUN_END, () => {
      for (const title of skipped) console.log(`skipped: ${title}`);
      const file = process.env['MILLRACE_TEST_FIGURES'];
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(figures)}\n`);
      else console.log(`${figures.passed} passed, ${figures.failed} failed, ${figures.skipped} skipped`);
    });
  }
}
