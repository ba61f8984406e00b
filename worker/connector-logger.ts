/**
 * Name of the logger of a connector's code, by its class: `io.debezium.connector.postgresql.PostgresConnector` and its alias
 * `postgres` both log as `millrace.connectors.postgres`.
 */
export function connectorLogger(className: string): string {
  const simple = className.trim().split('.').at(-1) ?? '';
  return `millrace.connectors.${simple.replace(/(?<=.)(Source)?Connector$/, '').toLowerCase()}`;
}
