import { apiVersionsV3, apiVersionsV4, Connection, ConnectionStatuses } from '@platformatic/kafka';
import { isIP } from 'node:net';
import { ConnectorError } from '../errors/connector-error.ts';
import { abortable } from './abortable.ts';
import { BrokerSetupError } from './broker-setup-error.ts';
import type { ClientOptions } from './client-options.ts';
import { isWorthRetrying } from './error-class.ts';

export interface BrokerTarget {
  /** −1: an address of bootstrap.servers whose node is not known. */
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** A connection that is authenticated and whose versions are negotiated. Whoever finds it broken asks for another one. */
export interface BrokerConnection extends BrokerTarget {
  readonly connection: Connection;
  /** The highest version of the call within the bounds that this broker knows; throws KAFKA_BROKER_TOO_OLD when there is none. */
  version(apiKey: number, minimum: number, maximum: number): number;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** A request without an answer for so long breaks the connection; default: request.timeout.ms. */
  readonly requestTimeoutMs?: number;
}

interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

// Requests that may be on the wire of one connection at once; more wait in order. A broker works on one request of a
// connection at a time, so this only has to cover the round trip.
const MAX_IN_FLIGHT = 16;

const KEEP_ALIVE_MS = 30_000;

/**
 * Opens a connection: socket, TLS, SASL and ApiVersions within one socket.connection.setup.timeout.ms. One attempt; the
 * failure is the library's own, to be classified by the caller.
 */
export async function openBrokerConnection(
  options: ClientOptions,
  target: BrokerTarget,
  { signal, requestTimeoutMs = options.requestTimeoutMs }: OpenOptions,
): Promise<BrokerConnection> {
  signal.throwIfAborted();
  const connection = new Connection(options.clientId, {
    connectTimeout: options.connectionSetupTimeoutMs,
    requestTimeout: requestTimeoutMs,
    maxInflights: MAX_IN_FLIGHT,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    // SNI takes names only (RFC 6066, section 3).
    ...(options.tls === undefined || isIP(target.host) !== 0 ? {} : { tlsServerName: target.host }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
  });
  // Without a listener an ECONNRESET ends the process. What broke shows in the requests and in `status`.
  connection.on('error', () => undefined);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(options.connectionSetupTimeoutMs)]);
  try {
    await abortable(Promise.resolve(connection.connect(target.host, target.port)), deadline);
    connection.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const ranges = await abortable(negotiate(connection), deadline);
    return new NegotiatedConnection(target, connection, ranges);
  } catch (error) {
    discard(connection);
    signal.throwIfAborted();
    throw isWorthRetrying(error) ? new BrokerSetupError(target, error) : error;
  }
}

/** The same connection, once it is known which node answers at the address. */
export function renamed(broker: BrokerConnection, nodeId: number): BrokerConnection {
  const { host, port, connection } = broker;
  return { nodeId, host, port, connection, version: (...bounds) => broker.version(...bounds) };
}

/** Able to take requests. A broken or closed connection never comes back: the library cannot connect one again. */
export function isUsable({ connection }: BrokerConnection): boolean {
  const { status } = connection;
  return status === ConnectionStatuses.CONNECTED || status === ConnectionStatuses.REAUTHENTICATING;
}

/** Closes without waiting for what is on its way. Requests without an answer fail at once. */
export function discard(connection: Connection): void {
  connection.close().catch(() => undefined); // it is being thrown away
  connection.socket.destroy(); // close() alone waits for a peer that may never answer
}

/**
 * Kafka 2.7 answers ApiVersions v4 in the format of v0, which the decoder takes for a truncated answer; the connection stays in
 * step, so v3 can be asked on it.
 */
async function negotiate(connection: Connection): Promise<ReadonlyMap<number, VersionRange>> {
  const { apiKeys } = await apiVersionsV4.api.async(connection, 'millrace', 'unknown').catch((error: unknown) => {
    if (connection.isConnected()) return apiVersionsV3.api.async(connection, 'millrace', 'unknown');
    throw error;
  });
  return new Map(apiKeys.map((range) => [range.apiKey, range]));
}

class NegotiatedConnection implements BrokerConnection {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly connection: Connection;
  readonly #ranges: ReadonlyMap<number, VersionRange>;

  constructor(target: BrokerTarget, connection: Connection, ranges: ReadonlyMap<number, VersionRange>) {
    this.nodeId = target.nodeId;
    this.host = target.host;
    this.port = target.port;
    this.connection = connection;
    this.#ranges = ranges;
  }

  version(apiKey: number, minimum: number, maximum: number): number {
    const range = this.#ranges.get(apiKey);
    const version = Math.min(maximum, range?.maxVersion ?? -1);
    if (range !== undefined && version >= Math.max(minimum, range.minVersion)) return version;
    const known = range === undefined ? 'not at all' : `in versions ${range.minVersion} to ${range.maxVersion}`;
    throw new ConnectorError(
      'KAFKA_BROKER_TOO_OLD',
      `Broker ${this.host}:${this.port} knows call ${apiKey} ${known}; this client needs ${minimum} to ${maximum}`,
    );
  }
}
