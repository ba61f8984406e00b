import { connectorClientConfig } from '../../kafka/client-config.ts';
import type { TaskOrder } from '../task-host/messages.ts';
import { namedVariables } from '../providers/named-variables.ts';
import type { WorkerConfig } from '../worker-config.ts';
import type { DesiredTask } from './desired-tasks.ts';

/** Writes the orders that task hosts get: everything that one run of one task needs. */
export class TaskOrders {
  readonly #config: WorkerConfig;
  #count = 0;

  constructor(config: WorkerConfig) {
    this.#config = config;
  }

  /** `generation`: of the group, now. No two orders of a cluster's life have the same incarnation. */
  next(task: DesiredTask, generation: number): TaskOrder {
    const { values, clients, converters, topics, advertised, providers } = this.#config;
    const { connector, connectorConfig } = task;
    this.#count += 1;
    const client = { connector, task: task.task, connectorConfig };
    return {
      incarnation: `${generation}-${this.#count}-${advertised.workerId}`,
      connector,
      task: task.task,
      groupId: values.groupId,
      providers,
      environment: namedVariables([connectorConfig, task.taskConfig], providers, process.env),
      connectorConfig: { ...connectorConfig },
      taskConfig: { ...task.taskConfig },
      workerConverters: { ...converters },
      exactlyOnce: values.exactlyOnceSourceSupport === 'enabled',
      offsetFlushIntervalMs: values.offsetFlushIntervalMs,
      producerConfig: connectorClientConfig({ ...client, kind: 'producer', worker: clients.producer }),
      adminConfig: connectorClientConfig({ ...client, kind: 'admin', worker: clients.admin }),
      offsetsTopic: topics.offset.name,
      offsetStorage: { ...topics.offset, brokers: clients.own['bootstrap.servers'] ?? '', consumer: clients.consumer },
      topicCreation: values.topicCreationEnable,
      paused: task.paused,
      ...(values.pluginPath.length === 0 ? {} : { pluginPath: [...values.pluginPath] }),
    };
  }
}
