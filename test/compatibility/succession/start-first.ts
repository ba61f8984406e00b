import { StackError } from '../../../scripts/stack/stack-error.ts';
import type { Succession } from './succession.ts';

interface FirstStart {
  /** Added to the connector's configuration. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Done with the empty table, before the connector. */
  readonly prepared?: (table: string) => Promise<void>;
}

/** Starts the Java worker, its connector and the load; skips with the reason where Java or its jars are not to be had. */
export async function startFirst(hook: Mocha.Context, moved: Succession, first: FirstStart = {}): Promise<void> {
  const java = await moved.startJava().catch((error: unknown) => {
    if (!(error instanceof StackError)) throw error;
    if (hook.test?.parent !== undefined) hook.test.parent.title += ` (${error.message})`;
    return hook.skip();
  });
  await moved.prepare();
  await first.prepared?.(moved.table);
  await java.create(moved.name, moved.connector(first.extra));
  await java.untilRunning(moved.name, 60_000);
  await moved.untilSlotIsMade();
  moved.load.start();
}
