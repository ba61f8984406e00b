import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheSubfolder } from './stack/cache-folder.ts';
import { sweepAbandonedFolders } from './stack/stack-folders.ts';
import { addFigures, figuresLine, NO_FIGURES, type Figures } from './testing/figures.ts';
import { ProcessGroup } from './testing/process-group.ts';

/**
 * `npm test`: types, lint and format, then the tests without servers, then those with servers. When the checks fail, no test
 * runs; when tests without servers fail, the others still run. The last line is `N passed, N failed, N skipped`.
 */
async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-'));
  const figuresFile = join(folder, 'figures');
  const interruption = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => interruption.abort(signal);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  let failed = false;
  // Some hundred workers and task hosts are started: compiled code that is kept saves 0.5 of 1.25 CPU seconds of each.
  const compileCache = process.env['NODE_COMPILE_CACHE'] ?? (await cacheSubfolder('compile-cache'));
  try {
    for (const step of ['check', 'test:unit', 'test:integration']) {
      console.log(`\n> npm run ${step}`);
      const env = { ...process.env, NODE_COMPILE_CACHE: compileCache, MILLRACE_TEST_FIGURES: figuresFile };
      const end = await new ProcessGroup({ command: 'npm', args: ['run', '--silent', step], env }).run(
        interruption.signal,
      );
      if (end.text !== 'code 0') console.log(`npm run ${step} failed: ${end.text}`);
      if (end.leftOver) console.log(`npm run ${step} left processes behind; they were ended`);
      failed ||= end.text !== 'code 0' || end.leftOver;
      if (interruption.signal.aborted || (failed && step === 'check')) break;
    }
    const figures = await readFigures(figuresFile);
    console.log(figuresLine(figures));
    return failed || figures.failed > 0 || figures.passed === 0 ? 1 : 0;
  } finally {
    await sweepAbandonedFolders(); // of tests that were interrupted
    await rm(folder, { recursive: true, force: true });
  }
}

async function readFigures(file: string): Promise<Figures> {
  const text = await readFile(file, 'utf8').catch(() => ''); // no suite ran
  return text.split('\n').filter(Boolean).reduce(addFigures, NO_FIGURES);
}

process.exitCode = await main();
