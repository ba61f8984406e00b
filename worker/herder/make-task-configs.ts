import { ConnectorError } from '../../errors/connector-error.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import { connectorSettings } from '../connector-settings.ts';
import type { PluginRegistry } from '../plugins.ts';
import type { Config } from './config-equality.ts';
import { storedTaskConfigs } from './stored-task-configs.ts';

const { tasksMax, tasksMaxEnforce } = connectorSettings;

export interface TaskMaking {
  readonly plugins: PluginRegistry;
  readonly log: TaskLog;
  /** A configuration with the values of its placeholders. */
  readonly resolve: (config: Config) => Promise<Config>;
}

/**
 * The tasks that a connector makes of its configuration, as they are stored: the connector's own map and `task.class`, as in
 * Connect, with the connector's placeholders in it. Throws CONFIG_PROVIDER_FAILED, CONFIG_INVALID, TOO_MANY_TASKS (tasks.max with tasks.max.enforce), or what the connector says.
 */
export async function makeTaskConfigs(
  { plugins, log, resolve }: TaskMaking,
  name: string,
  stored: Config,
): Promise<Config[]> {
  const config = await resolve(stored);
  const { values, problems } = parseSettings({ tasksMax, tasksMaxEnforce }, config);
  if (problems.size > 0) throw new ConnectorError('CONFIG_INVALID', [...problems.values()].flat().join('; '));
  const connector = await plugins.load(config['connector.class'] ?? '');
  const tasks = connector.taskConfigs(config, values.tasksMax);
  if (tasks.length > values.tasksMax) {
    const text = `connector ${name} makes ${tasks.length} tasks, and tasks.max is ${values.tasksMax}`;
    if (values.tasksMaxEnforce) throw new ConnectorError('TOO_MANY_TASKS', text);
    log.warn({ connector: name, tasks: tasks.length, tasksMax: values.tasksMax }, text);
  }
  const named = tasks.map((task) => ({ 'task.class': `${connector.className}Task`, ...task }));
  return storedTaskConfigs(stored, named);
}
