import { connectorClientConfig } from '../../kafka/client-config.ts';
import type { ConfigResolver } from '../providers/config-resolver.ts';
import type { SecretValues } from '../providers/secret-values.ts';
import { isSecretKey } from '../secret-keys.ts';
import type { TaskOrder } from './messages.ts';

export interface OrderResolver {
  readonly resolver: ConfigResolver;
  /** Learns what the secret settings of the order have become. */
  readonly secretValues: SecretValues;
  /** Names of the connector's settings that are secrets by definition. */
  readonly secretNames: ReadonlySet<string>;
}

/**
 * An order with the values that its placeholders name, read at the start of each run. The client settings that came from the
 * worker are resolved already; of the connector's overrides they hold the placeholders, so those are laid over them once more.
 */
export function resolvedOrder(order: TaskOrder, { resolver, secretValues, secretNames }: OrderResolver): TaskOrder {
  const isSecret = (key: string): boolean => secretNames.has(key) || isSecretKey(key);
  const [connector, task] = [order.connectorConfig, order.taskConfig].map((config) => resolver.resolveSync(config));
  if (connector === undefined || task === undefined) return order;
  if (connector.replaced.size === 0 && task.replaced.size === 0) return order;
  for (const resolved of [connector, task]) secretValues.learn(resolved, isSecret);
  const client = { connector: order.connector, task: order.task, connectorConfig: connector.config };
  return {
    ...order,
    connectorConfig: connector.config,
    taskConfig: task.config,
    producerConfig: connectorClientConfig({ ...client, kind: 'producer', worker: order.producerConfig }),
    adminConfig: connectorClientConfig({ ...client, kind: 'admin', worker: order.adminConfig }),
  };
}
