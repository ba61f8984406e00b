import type { Context } from 'mocha';
import type { ConnectWorker } from '../../../scripts/stack/connect-worker.ts';
import { StackError } from '../../../scripts/stack/stack-error.ts';
import { servers } from '../../support/servers.ts';

/** Kafka Connect with Debezium; where it cannot run, the suite is skipped and its title says why. */
export function connectOrSkip(hook: Context): Promise<ConnectWorker> {
  return servers()
    .connect()
    .catch((error: unknown) => {
      if (!(error instanceof StackError)) throw error;
      if (hook.test?.parent !== undefined) hook.test.parent.title += ` (${error.message})`;
      return hook.skip();
    });
}
