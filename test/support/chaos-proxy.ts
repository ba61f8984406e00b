import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Where a connection is cut: `before`: the broker never gets the request; `half`: it gets half of it; `after`: it has
 * answered the request, and the answer is lost.
 */
export type Cut = 'before' | 'half' | 'after';

// The broker holds an answer back while it waits for its replicas or is frozen.
const AFTER_PATIENCE_MS = 1000;

/** A TCP proxy in front of one broker that can cut the connection at a chosen point of a request. */
export class ChaosProxy {
  #cuts: Record<Cut, number> = { before: 0, half: 0, after: 0 };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: number | undefined;
  #next: Cut | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (client) => this.#serve(client));
  }

  /** Listens; connections are refused until there is a target. */
  static async open(): Promise<ChaosProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ChaosProxy(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The port of the broker on this machine. */
  forwardTo(port: number | undefined): void {
    this.#target = port;
  }

  /** Cuts the connection of the next request that arrives. */
  cutNext(cut: Cut): void {
    this.#next = cut;
  }

  /** Cuts again and again, at random times up to twice the interval apart: 3 of 10 before, 1 in half, 6 after. */
  cutAbout(intervalMs: number): void {
    this.#timer = setTimeout(
      () => {
        const dice = Math.random();
        this.cutNext(dice < 0.3 ? 'before' : dice < 0.4 ? 'half' : 'after');
        this.cutAbout(intervalMs);
      },
      Math.random() * 2 * intervalMs,
    );
  }

  /** How many connections were cut since the last call, by kind. */
  takeCuts(): Readonly<Record<Cut, number>> {
    const cuts = this.#cuts;
    this.#cuts = { before: 0, half: 0, after: 0 };
    return cuts;
  }

  /** Lets everything pass from now on. */
  calm(): void {
    clearTimeout(this.#timer);
    this.#next = undefined;
  }

  async close(): Promise<void> {
    this.calm();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(client: Socket): void {
    if (this.#target === undefined) {
      client.destroy();
      return;
    }
    const broker = connect(this.#target, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    this.#relay(client, broker, end);
  }

  #relay(client: Socket, broker: Socket, end: () => void): void {
    let requests = 0;
    let answers = 0;
    let lostAnswer = Infinity;
    eachFrame(client, (request) => {
      requests += 1;
      const cut = this.#next;
      if (cut === undefined || lostAnswer !== Infinity) {
        broker.write(request);
        return;
      }
      this.#next = undefined;
      this.#cuts[cut] += 1;
      if (cut === 'before') end();
      else if (cut === 'half') broker.write(request.subarray(0, request.length / 2), end);
      else {
        lostAnswer = requests;
        broker.write(request);
        setTimeout(end, AFTER_PATIENCE_MS);
      }
    });
    eachFrame(broker, (answer) => {
      answers += 1;
      if (answers >= lostAnswer) end();
      else client.write(answer);
    });
  }
}

/** Calls back with each whole request or answer, its four bytes of length included. */
function eachFrame(socket: Socket, take: (frame: Buffer) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  socket.on('data', (chunk) => {
    parts.push(chunk);
    length += chunk.length;
    if (length < 4) return;
    let rest = wanted(parts) > length ? undefined : Buffer.concat(parts);
    while (rest !== undefined && rest.length >= 4 && rest.length >= wanted([rest])) {
      const end = wanted([rest]);
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    if (rest === undefined) return;
    parts = [rest];
    length = rest.length;
  });
}

/** Length of the frame that begins with these parts. */
function wanted(parts: readonly Buffer[]): number {
  const [first] = parts;
  const head = first !== undefined && first.length >= 4 ? first : Buffer.concat(parts);
  return 4 + head.readUInt32BE(0);
}
