import { StackError } from '../../../scripts/stack/stack-error.ts';
import type { Succession } from './succession.ts';

/** Starts the Java worker, its connector and the load; skips with the reason where Java or its jars are not to be had. */
export async function startFirst(
  hook: Mocha.Context,
  moved: Succession,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const java = await moved.startJava().catch((error: unknown) => {
    if (!(error instanceof StackError)) throw error;
    if (hook.test?.parent !== undefined) hook.test.parent.title += ` (${error.message})`;
    return hook.skip();
  });
  await moved.prepare();
  await java.create(moved.name, moved.connector(extra));
  await java.untilRunning(moved.name, 60_000);
  moved.load.start();
}
