import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Records of a transaction, and of each of the batches that it is handed over in. */
export const TRANSACTION = 12;
const BATCH = 3;

/** Number of the transaction, from 1, that a record is of. */
export const transactionOf = (id: number): number => Math.ceil(id / TRANSACTION);

/** Every third one is taken back. */
export const isAborted = (transaction: number): boolean => transaction % 3 === 0;

/** A plug-in whose task asks a test what to hand over next, and where transactions end. */
const code = `
import { schemas, text } from 'millrace/sdk';
const settings = {
  url: text('url', { required: true, documentation: 'Whom to ask.' }),
  topic: text('topic', { required: true, documentation: 'Where the records go.' }),
};
export const source = {
  settings,
  taskConfigs: (config) => [config],
  exactlyOnceSupport: () => 'supported',
  canDefineTransactionBoundaries: () => true,
  createTask: (context) => ({
    async run() {
      if (context.definesTransactions !== true) throw new Error('the boundaries are not left to the task');
      const { topic, url } = context.config;
      const partition = { of: topic };
      let after = Number((await context.readOffset(partition))?.id ?? 0);
      context.started();
      for (let question = 'start'; !context.signal.aborted; question = 'next') {
        let answer;
        try {
          const response = await fetch(\`\${url}/\${question}?after=\${after}&pid=\${process.pid}\`, { signal: context.signal });
          answer = await response.json();
        } catch (error) {
          if (context.signal.aborted) return;
          throw error;
        }
        const events = answer.ids.map((id) => ({
          kind: 'record',
          record: {
            topic, partition: null, timestampMs: null, headers: [],
            keySchema: schemas.int64, key: BigInt(id), valueSchema: schemas.int64, value: BigInt(id),
          },
        }));
        after = answer.ids.at(-1) ?? after;
        const { room } = context.emit({ events, offsets: [{ partition, offset: { id: after } }], bytes: 1000, transaction: answer.end });
        await room;
      }
    },
  }),
};
`;

/** A task that stands still since its question has no answer yet. */
export interface Held {
  readonly pid: number;
  /** Answers it, or its successor that has come to the same place. */
  release(): void;
}

interface Hold {
  readonly reached: PromiseWithResolvers<Held>;
  readonly waiting: ServerResponse[];
}

/** Tells the tasks of a connector which numbers to hand over, up to `last`, and holds them where a test wants it. */
export class TransactionSource {
  /** A plugin.path with the plug-in, `test.TransactionSource`. */
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-boundaries-'));
  /** The offsets from which tasks started. */
  readonly starts: number[] = [];
  readonly #server: Server;
  readonly #last: number;
  readonly #holds = new Map<number, Hold>();
  #started = Promise.withResolvers<undefined>();

  private constructor(last: number) {
    this.#last = last;
    const plugins = [{ type: 'source', class: 'test.TransactionSource', module: 'source.mjs', export: 'source' }];
    const folder = join(this.folder, 'transactions');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'millrace-plugin.json'),
      JSON.stringify({ name: 'transactions', version: '1', plugins }),
    );
    writeFileSync(join(folder, 'source.mjs'), code);
    this.#server = createServer((request, response) => this.#answer(new URL(request.url ?? '', 'http://x'), response));
  }

  static async open(last: number): Promise<TransactionSource> {
    const source = new TransactionSource(last);
    await new Promise<void>((resolve) => source.#server.listen(0, '127.0.0.1', resolve));
    return source;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the source does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Settles when a task has handed over the record `after` and asks for more; to be called before it does. */
  hold(after: number): Promise<Held> {
    const reached = Promise.withResolvers<Held>();
    this.#holds.set(after, { reached, waiting: [] });
    return reached.promise;
  }

  /** Until so many tasks have started; the offset from which the newest did. */
  async started(count: number): Promise<number> {
    while (this.starts.length < count) await this.#started.promise;
    return this.starts[count - 1] ?? 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #answer({ pathname, searchParams }: URL, response: ServerResponse): void {
    const [after, pid] = ['after', 'pid'].map((name) => Number(searchParams.get(name)));
    if (after === undefined || pid === undefined) return;
    if (pathname === '/start') {
      this.starts.push(after);
      this.#started.resolve(undefined);
      this.#started = Promise.withResolvers();
    }
    const hold = this.#holds.get(after);
    if (hold === undefined) this.#give(after, response);
    else {
      hold.waiting.push(response);
      hold.reached.resolve({ pid, release: () => this.#release(after, hold) });
    }
  }

  #release(after: number, { waiting }: Hold): void {
    this.#holds.delete(after);
    for (const response of waiting) this.#give(after, response);
  }

  #give(after: number, response: ServerResponse): void {
    if (after >= this.#last) return; // nothing more ever comes
    const ids = Array.from({ length: BATCH }, (_, index) => after + index + 1);
    const last = after + BATCH;
    const end = isAborted(transactionOf(last)) ? 'abort' : 'commit';
    response.end(JSON.stringify({ ids, ...(last % TRANSACTION === 0 && { end }) }));
  }
}
