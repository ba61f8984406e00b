import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One connection through the proxy: both ends live and die together. */
export interface Link {
  end(): void;
}

/** One direction of a connection. */
export interface Passage {
  readonly link: Link;
  readonly from: Socket;
  readonly to: Socket;
  /** Towards the server, or back. */
  readonly way: 'request' | 'answer';
}

/** A TCP proxy in front of one server on this machine, whose connections can be cut, delayed and held. */
export class TcpProxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  /** Clients that wait for the target while everything is held. */
  readonly #waiting = new Set<Socket>();
  #target: number | undefined;
  #delayMs = 0;
  #held: PromiseWithResolvers<undefined> | undefined;

  protected constructor(server: Server) {
    this.#server = server;
    server.on('connection', (client) => {
      client.on('error', () => client.destroy());
      this.#waiting.add(client);
      void this.#serve(client).finally(() => this.#waiting.delete(client));
    });
  }

  /** Listens; connections are refused until there is a target. */
  static async open(): Promise<TcpProxy> {
    return new TcpProxy(await listening());
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections at this moment. */
  get size(): number {
    return this.#links.size;
  }

  /** The port of the server on this machine. */
  forwardTo(port: number | undefined): void {
    this.#target = port;
  }

  /** Ends those connections for which `chosen` answers true; returns how many. */
  cut(chosen: () => boolean): number {
    const cut = [...this.#links].filter(() => chosen());
    for (const link of cut) link.end();
    return cut.length;
  }

  /** From now on each chunk waits so long before it goes on, each way; the line gets slow and narrow. */
  delayBy(ms: number): void {
    this.#delayMs = ms;
  }

  /** Nothing passes until `release`: no byte, no end of a connection, no new one; nobody is told. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve(undefined);
    this.#held = undefined;
  }

  /** Lets everything pass from now on. */
  calm(): void {
    this.delayBy(0);
    this.release();
  }

  async close(): Promise<void> {
    this.#target = undefined;
    this.calm();
    for (const link of this.#links) link.end();
    for (const client of this.#waiting) client.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** What goes on to the other end, chunk by chunk; asked for the next one when the last has been written. */
  protected passing({ from }: Passage): AsyncIterable<Buffer> {
    return from;
  }

  async #serve(client: Socket): Promise<void> {
    await this.#held?.promise;
    if (this.#target === undefined || client.destroyed) {
      client.destroy();
      return;
    }
    const target = connect(this.#target, '127.0.0.1');
    const link: Link = {
      end: () => {
        this.#links.delete(link);
        client.destroy();
        target.destroy();
      },
    };
    this.#links.add(link);
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // the relay that reads or writes it ends with the same error
    }
    await Promise.all([
      this.#relay({ link, from: client, to: target, way: 'request' }),
      this.#relay({ link, from: target, to: client, way: 'answer' }),
    ]);
  }

  async #relay(passage: Passage): Promise<void> {
    try {
      for await (const chunk of this.passing(passage)) {
        if (this.#delayMs > 0) await sleep(this.#delayMs);
        await this.#held?.promise;
        await written(passage.to, chunk);
      }
      await this.#held?.promise; // the end of a connection does not pass either
    } catch {
      // reset by one end or cut by us: the other end learns it below
      await this.#held?.promise;
    } finally {
      passage.link.end();
    }
  }
}

/** A server on a free port of this machine. */
export async function listening(): Promise<Server> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function written(to: Socket, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    if (to.destroyed) reject(new Error('closed'));
    else to.write(chunk, (error) => (error == null ? resolve() : reject(error)));
  });
}
