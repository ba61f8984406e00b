import { ConnectorError } from '../errors/connector-error.ts';

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

// Kafka's own form (org.apache.kafka.common.utils.Utils): an optional protocol, a name or a bracketed IPv6 address, a port.
const address = /^(?:[a-z0-9_]+:\/\/)?(?:\[([0-9a-f:.%]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i;

/** The list of bootstrap.servers. Throws CONFIG_INVALID naming the entry that is no host:port. */
export function bootstrapAddresses(list: string): BrokerAddress[] {
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw new ConnectorError('CONFIG_INVALID', 'bootstrap.servers names no broker');
  return entries.map((entry) => {
    const match = address.exec(entry);
    const host = match?.[1] ?? match?.[2];
    const port = Number(match?.[3]);
    if (host === undefined || port < 1 || port > 65_535)
      throw new ConnectorError('CONFIG_INVALID', `bootstrap.servers: '${entry}' is not of the form host:port`);
    return { host, port };
  });
}
