import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { Listener } from '../config/listener.ts';
import { adminApp, restApp, type RestAppOptions } from './rest-app.ts';

/** Longer than the pause between the calls of usual clients, so that their pooled connections stay good. */
const keepAliveMs = 30_000;

export interface RestServerOptions extends RestAppOptions {
  /** Own addresses of the admin endpoints; empty: they are nowhere; undefined: they are on every listener. */
  readonly adminListeners?: readonly Listener[] | undefined;
}

function urlOf({ scheme, host, port }: Listener): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function listen(server: Server, listener: Listener): Promise<void> {
  const { host, port } = listener;
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const text = `The REST API cannot listen on ${urlOf(listener)}: ${error.message}`;
      reject(new ConnectorError('REST_LISTENER_FAILED', text, { cause: error }));
    });
    server.listen(host === '' ? { port } : { port, host }, () => resolve());
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('a listening server has a port');
  return address.port;
}

/** A server for a listener; over TLS whoever shows a certificate shows a good one, also where none is required. */
function serverFor({ scheme }: Listener, { tls, log }: RestServerOptions, app: RequestListener): Server {
  if (scheme === 'http') return createServer({ keepAliveTimeout: keepAliveMs }, app);
  const server = createHttpsServer({ keepAliveTimeout: keepAliveMs, ...tls.server() }, app);
  server.on('secureConnection', (socket: TLSSocket) => {
    if (!socket.authorized && socket.getPeerX509Certificate() !== undefined && tls.server().requestCert)
      socket.destroy();
  });
  // What a client does wrong in the handshake is between it and its operator; the connection is closed by then.
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'rest: a TLS connection was refused'));
  return server;
}

/** The open ports of the REST API: all listeners or none. */
export class RestServer {
  readonly #servers: readonly Server[];
  readonly #running: ReadonlySet<ServerResponse>;
  /** Ports of the listeners in their order, known also where the settings said 0. */
  readonly ports: readonly number[];
  /** The same of the admin endpoints' own listeners. */
  readonly adminPorts: readonly number[];

  private constructor(servers: readonly Server[], mainCount: number, running: ReadonlySet<ServerResponse>) {
    this.#servers = servers;
    this.#running = running;
    const ports = servers.map(portOf);
    this.ports = ports.slice(0, mainCount);
    this.adminPorts = ports.slice(mainCount);
  }

  /** Opens every listener. REST_LISTENER_FAILED when one cannot be opened; CONFIG_INVALID for a bad key or trust store. */
  static async open(listeners: readonly Listener[], options: RestServerOptions): Promise<RestServer> {
    const { adminListeners } = options;
    const main = restApp(options, adminListeners === undefined ? 'with admin' : 'without admin');
    const admin = adminApp(options);
    const running = new Set<ServerResponse>();
    const noting =
      (app: RequestListener): RequestListener =>
      (request, response) => {
        running.add(response);
        response.once('close', () => running.delete(response));
        app(request, response);
      };
    const servers: Server[] = [];
    const open = async (listener: Listener, app: RequestListener): Promise<void> => {
      const server = serverFor(listener, options, noting(app));
      servers.push(server);
      await listen(server, listener);
    };
    try {
      for (const listener of listeners) await open(listener, main);
      for (const listener of adminListeners ?? []) await open(listener, admin);
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
    return new RestServer(servers, listeners.length, running);
  }

  /** Takes no more requests, lets running ones end for so long, then cuts the rest. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections();
    }, graceMs);
    // Connections that clients keep for more end with the answer that they wait for.
    for (const response of this.#running) if (!response.headersSent) response.setHeader('Connection', 'close');
    await Promise.all(this.#servers.map(closeServer));
    clearTimeout(timer);
  }
}
