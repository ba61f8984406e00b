import { z } from 'zod';
import type { SourceConnector, SourceTask, TaskContext } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { SourcePlugin } from '../../sdk/source-plugin.ts';
import { nameOf, type DeclaredPlugin } from './declared-plugin.ts';
import { callPlugin, withDeadline } from './plugin-call.ts';

/** A REST request has 90 s; the answer that says who is late needs some of it. */
const VALIDATE_MS = 60_000;
/** A task that goes on after its signal would work beside its successor. */
const ENDING_MS = 30_000;

const problems = z.array(z.object({ setting: z.string(), message: z.string() }));
const taskConfigs = z.array(z.record(z.string(), z.string()));
const support = z.enum(['supported', 'unsupported']).optional();
const running = z.custom<SourceTask>(
  (value) => typeof value === 'object' && value !== null && 'run' in value && typeof value.run === 'function',
  'must be an object with the method run()',
);

/** A plug-in's connector as the worker knows connectors: what it throws has a code, what it gives is checked, and it cannot hang a request. */
export function guardedConnector(declared: DeclaredPlugin, plugin: SourcePlugin): SourceConnector {
  const { className, aliases, version } = declared;
  const where = (what: string): string => `${nameOf(declared)}, ${what}`;
  const checked = <T>(what: string, shape: z.ZodType<T>, given: unknown): T => {
    const { success, data, error } = shape.safeParse(given);
    if (success) return data;
    throw new ConnectorError('PLUGIN_FAILED', `${where(what)}: ${z.prettifyError(error).replaceAll('\n', ' ')}`);
  };
  return {
    className,
    aliases,
    version,
    output: 'records',
    settings: plugin.settings,
    async validate(config, signal) {
      const call = async (): Promise<unknown> => (await plugin.validate?.(config, signal)) ?? [];
      try {
        return checked('validate', problems, await withDeadline(call(), VALIDATE_MS, where('validate')));
      } catch (error) {
        throw ConnectorError.from(error, 'PLUGIN_FAILED', where('validate'));
      }
    },
    taskConfigs(config, maxTasks) {
      const given = callPlugin(where('taskConfigs'), () => plugin.taskConfigs(config, maxTasks));
      return checked('taskConfigs', taskConfigs, given);
    },
    createTask(context) {
      let isFinished = false;
      const finished = (detail: string): void => {
        isFinished = true;
        context.finished(detail);
      };
      const task = callPlugin(where('createTask'), () => plugin.createTask({ ...context, finished }));
      const { signal } = context;
      return guardedTask(where('run'), checked('createTask', running, task), { signal, isFinished: () => isFinished });
    },
    // What these two throw counts as no answer, as in Connect: the worker's checks see to that.
    exactlyOnceSupport: (config) => checked('exactlyOnceSupport', support, plugin.exactlyOnceSupport?.(config)),
    canDefineTransactionBoundaries: (config) => plugin.canDefineTransactionBoundaries?.(config) === true,
    checkOffsets: (config, offsets) => callPlugin(where('checkOffsets'), () => plugin.checkOffsets?.(config, offsets)),
  };
}

/**
 * A task that has nothing more to read may simply return: it then stays idle until its signal, or ends for good if it has said
 * so. One that does not return after its
 * signal brings its process down, which is the only way to be sure that it does nothing any more.
 */
function guardedTask(
  where: string,
  task: SourceTask,
  { signal, isFinished }: Pick<TaskContext, 'signal'> & { readonly isFinished: () => boolean },
): SourceTask {
  return {
    async run() {
      const aborted = Promise.withResolvers<undefined>();
      let timer: NodeJS.Timeout | undefined;
      const onAbort = (): void => {
        aborted.resolve(undefined);
        timer = setTimeout(() => {
          throw new ConnectorError('PLUGIN_FAILED', `${where}: still running ${ENDING_MS / 1000} s after its signal`);
        }, ENDING_MS);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      try {
        await task.run();
        if (!isFinished()) await aborted.promise;
      } catch (error) {
        // Waits that end with the signal's own error are how many a task ends.
        if (!signal.aborted) throw ConnectorError.from(error, 'PLUGIN_FAILED', where);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
