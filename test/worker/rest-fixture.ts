import { request } from 'node:http';
import type { TaskLog } from '../../connectors/source-connector.ts';
import type { HerderPort } from '../../worker/herder/herder-port.ts';
import { HerderAccess } from '../../worker/rest/herder-access.ts';
import { RestTls } from '../../worker/config/rest-tls.ts';
import { LogLevels } from '../../worker/log-levels.ts';
import { RestServer, type RestServerOptions } from '../../worker/rest/rest-server.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const silent: TaskLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** One exchange with the path exactly as written (fetch would normalise it). */
export function rawRequest(
  url: string,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = { ...options.headers };
    if (options.body !== undefined) {
      headers['Content-Type'] ??= 'application/json';
      headers['Content-Length'] = Buffer.byteLength(options.body);
    }
    const outgoing = request({ host: hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

export const anyPort = { scheme: 'http', host: '127.0.0.1', port: 0 } as const;

/** What a REST server of the tests has beside its herder. */
export function restDefaults(): Omit<RestServerOptions, 'access'> {
  return {
    log: silent,
    levels: new LogLevels('INFO'),
    signing: { algorithm: 'HmacSHA256', accepted: ['HmacSHA256'] },
    tls: new RestTls({}),
  };
}

/** A listening REST server over a herder. */
export class RestFixture {
  readonly url: string;
  readonly access: HerderAccess;
  readonly #server: RestServer;
  /** Of the admin endpoints' own listener, when there is one. */
  readonly adminUrl: string;

  private constructor(server: RestServer, access: HerderAccess) {
    this.#server = server;
    this.access = access;
    this.url = `http://127.0.0.1:${server.ports[0] ?? 0}`;
    this.adminUrl = `http://127.0.0.1:${server.adminPorts[0] ?? 0}`;
  }

  /** Without herder: a worker that still starts. */
  static async open(herder?: HerderPort, options: Partial<RestServerOptions> = {}): Promise<RestFixture> {
    const access = new HerderAccess();
    if (herder !== undefined) access.open(herder);
    const server = await RestServer.open([anyPort], { ...restDefaults(), access, ...options });
    return new RestFixture(server, access);
  }

  call(method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}): Promise<RawAnswer> {
    return rawRequest(this.url, method, path, { headers, ...(body === undefined ? {} : { body }) });
  }

  async close(): Promise<void> {
    await this.#server.close(1000);
  }
}
