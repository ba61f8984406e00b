import type { TaskPlugins } from '../task-host/messages.ts';
import { labelsOf, taskLabels, type MetricDefinition } from './metric-definition.ts';

const connectorTask = 'kafka_connect_connector_task';

/** A word about the code of each task: 1, with the word in a label. */
function taskWord(name: string, help: string, value: (plugins: TaskPlugins) => string): MetricDefinition {
  return {
    name: `${connectorTask}_${name}`,
    help,
    kind: 'gauge',
    labels: [...taskLabels, name],
    samples: ({ tasks }) =>
      tasks.flatMap((task) => {
        const { plugins } = task.snapshot;
        return plugins === null ? [] : [{ labels: { ...labelsOf(task), [name]: value(plugins) }, value: 1 }];
      }),
  };
}

function converter(what: 'key' | 'value' | 'header', of: (plugins: TaskPlugins) => Plugin): MetricDefinition[] {
  return [
    taskWord(`${what}_converter_class`, `Class of its ${what} converter.`, (plugins) => of(plugins).className),
    taskWord(`${what}_converter_version`, 'Version of that class.', (plugins) => of(plugins).version),
  ];
}

type Plugin = TaskPlugins['connector'];

/** The same of each transform or predicate of a task, by alias. */
function aliased(kind: 'transform' | 'predicate', list: 'transforms' | 'predicates'): MetricDefinition[] {
  const word = (what: 'class' | 'version', help: string, value: (plugin: Plugin) => string): MetricDefinition => ({
    name: `kafka_connect_connector_${kind}_${kind}_${what}`,
    help,
    kind: 'gauge',
    labels: [...taskLabels, kind, `${kind}_${what}`],
    samples: ({ tasks }) =>
      tasks.flatMap((task) =>
        (task.snapshot.plugins?.[list] ?? []).map(({ alias, ...plugin }) => ({
          labels: { ...labelsOf(task), [kind]: alias, [`${kind}_${what}`]: value(plugin) },
          value: 1,
        })),
      ),
  });
  return [
    word('class', `Class of the ${kind} of this alias.`, ({ className }) => className),
    word('version', 'Version of that class.', ({ version }) => version),
  ];
}

/** What Kafka 4.1 has added to connector-task-metrics, and connector-transform- and connector-predicate-metrics (KIP-891). */
export const connectPluginMetrics: readonly MetricDefinition[] = [
  taskWord('connector_class', 'Class of the connector that the task runs.', ({ connector }) => connector.className),
  taskWord('connector_type', 'Always source.', () => 'source'),
  taskWord('connector_version', 'Version of its class.', ({ connector }) => connector.version),
  taskWord('task_version', 'The same: tasks have no version of their own.', ({ connector }) => connector.version),
  ...converter('key', ({ keyConverter }) => keyConverter),
  ...converter('value', ({ valueConverter }) => valueConverter),
  ...converter('header', ({ headerConverter }) => headerConverter),
  ...aliased('transform', 'transforms'),
  ...aliased('predicate', 'predicates'),
];
