type ClientKind = 'producer' | 'consumer' | 'admin';

const clientIdOf: Readonly<Record<ClientKind, string>> = {
  producer: 'connector-producer',
  consumer: 'connector-consumer',
  admin: 'connector-adminclient',
};

export interface ConnectorClient {
  readonly kind: ClientKind;
  /** The worker's settings for this kind of client: `producer.*` and so on, prefix removed, brokers included. */
  readonly worker: Readonly<Record<string, string>>;
  readonly connector: string;
  readonly task: number;
  readonly connectorConfig: Readonly<Record<string, string>>;
}

/**
 * The settings of a client made for a task, lowest to highest as in Connect: a client id that names the task, the worker's, the
 * connector's `producer.override.*` (`consumer.override.*`, `admin.override.*`).
 */
export function connectorClientConfig(client: ConnectorClient): Record<string, string> {
  const prefix = `${client.kind}.override.`;
  const overrides = Object.entries(client.connectorConfig).flatMap(([key, value]) =>
    key.startsWith(prefix) && key.length > prefix.length ? [[key.slice(prefix.length), value] as const] : [],
  );
  const clientId = `${clientIdOf[client.kind]}-${client.connector}-${client.task}`;
  return { 'client.id': clientId, ...client.worker, ...Object.fromEntries(overrides) };
}
