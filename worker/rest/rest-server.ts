import { createServer, type Server } from 'node:http';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { Listener } from '../config/listener.ts';
import { restApp, type RestAppOptions } from './rest-app.ts';

/** Longer than the pause between the calls of usual clients, so that their pooled connections stay good. */
const keepAliveMs = 30_000;

function listen(server: Server, { host, port }: Listener): Promise<void> {
  return new Promise((resolve, reject) => {
    const shown = `http://${host}:${port}`;
    server.once('error', (error) => {
      const text = `The REST API cannot listen on ${shown}: ${error.message}`;
      reject(new ConnectorError('REST_LISTENER_FAILED', text, { cause: error }));
    });
    server.listen(host === '' ? { port } : { port, host }, () => resolve());
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** The open ports of the REST API: all listeners or none. */
export class RestServer {
  readonly #servers: readonly Server[];
  /** Port of the first listener, known also when the settings said 0. */
  readonly port: number;

  private constructor(servers: readonly Server[], port: number) {
    this.#servers = servers;
    this.port = port;
  }

  /** Opens every listener. REST_LISTENER_FAILED when one cannot be opened. */
  static async open(listeners: readonly Listener[], options: RestAppOptions): Promise<RestServer> {
    const app = restApp(options);
    const servers: Server[] = [];
    try {
      for (const listener of listeners) {
        const server = createServer({ keepAliveTimeout: keepAliveMs }, app);
        servers.push(server);
        await listen(server, listener);
      }
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
    const address = servers[0]?.address();
    if (typeof address !== 'object' || address === null) throw new TypeError('a listening server has a port');
    return new RestServer(servers, address.port);
  }

  /** Takes no more requests, lets running ones end for so long, then cuts the rest. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections();
    }, graceMs);
    await Promise.all(this.#servers.map(closeServer));
    clearTimeout(timer);
  }
}
