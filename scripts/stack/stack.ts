import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, type ProcessIdentity } from './process-identity.ts';
import { starters, type ServerKind, type ServerKinds } from './server-kinds.ts';
import type { Server } from './server.ts';
import type { StackContext } from './stack-context.ts';
import { StackError } from './stack-error.ts';
import { OWNER_FILE, STACK_FOLDER_PREFIX, sweepAbandonedFolders } from './stack-folders.ts';
import { checkStackName, readRecord, removeRecord, writeRecord, type StackRecord } from './stack-record.ts';

export interface StackOptions {
  /** Part of the data folder's name; for a background stack the name that `down` takes. Default `default`. */
  readonly name?: string;
  /** Progress, one line at a time; default: nowhere. */
  readonly log?: (line: string) => void;
  /** True: servers stay when this process ends and are written down for `down`. Default false: they end with it. */
  readonly background?: boolean;
}

type StartOptions<K extends ServerKind> = ServerKinds[K]['options'] & {
  /** Name within the stack, for a second server of a kind; default: the kind. */
  readonly as?: string;
};

/** Real servers that belong together: one folder, one list of processes, one end. */
export class Stack {
  readonly #record: StackRecord;
  readonly #context: StackContext;
  /** What this object started, by name within the stack. */
  readonly #servers = new Map<string, Server[]>();

  private constructor(record: StackRecord, background: boolean, log: (line: string) => void) {
    this.#record = record;
    this.#context = {
      folder: record.folder,
      background,
      log,
      adopt: (owner, server) => this.#adopt(owner, server),
      record: (owner, process, identity) => this.#note(owner, process, identity),
      infoOf: (kinds) => Object.values(record.servers).find(({ kind }) => kinds.includes(kind))?.info,
    };
  }

  /** An empty stack; in the background: the stack of that name when it is up already. */
  static async open(options: StackOptions = {}): Promise<Stack> {
    const name = checkStackName(options.name ?? 'default');
    const background = options.background ?? false;
    await sweepAbandonedFolders();
    const known = background ? await readRecord(name) : undefined;
    const record = known ?? { name, folder: await newFolder(name), servers: {} };
    return new Stack(record, background, options.log ?? (() => undefined));
  }

  get folder(): string {
    return this.#record.folder;
  }

  /** Starts a server and waits until it answers. A failed start leaves nothing behind; its error holds the end of the log. */
  async start<K extends ServerKind>(kind: K, options?: StartOptions<K>): Promise<ServerKinds[K]['server']> {
    const name = checkStackName(options?.as ?? kind);
    if (this.#record.servers[name] !== undefined) throw new StackError(`${name} is part of the stack already`);
    const begin = performance.now();
    const entry: StackRecord['servers'][string] = { kind, processes: [] };
    this.#record.servers[name] = entry;
    this.#servers.set(name, []);
    try {
      const { server, info } = await starters[kind](this.#context, name, options ?? {});
      entry.info = info;
      this.#save();
      this.#context.log(`${name}: ready after ${((performance.now() - begin) / 1000).toFixed(1)} s`);
      return server;
    } catch (error) {
      await this.stop(name);
      throw error;
    }
  }

  /** Ends one server (by kind, or by its `as`) and removes its data; its name is free again. */
  async stop(name: string): Promise<void> {
    await this.#end(name);
    this.#record.servers = Object.fromEntries(Object.entries(this.#record.servers).filter(([key]) => key !== name));
    if (!this.#context.background) return;
    if (Object.keys(this.#record.servers).length > 0) this.#save();
    else await this.#removeTraces();
  }

  /** Ends every server that this object started and removes their data. */
  async close(): Promise<void> {
    for (const name of [...this.#servers.keys()].reverse()) await this.stop(name);
    if (Object.keys(this.#record.servers).length === 0) await this.#removeTraces();
  }

  async #end(name: string): Promise<void> {
    for (const server of (this.#servers.get(name) ?? []).reverse()) {
      await server.close();
      await rm(server.dataFolder, { recursive: true, force: true, maxRetries: 3 });
    }
    this.#servers.delete(name);
  }

  /** The next server of this object, if any, creates the folder anew. */
  async #removeTraces(): Promise<void> {
    if (this.#context.background) await removeRecord(this.#record.name);
    await rm(this.#record.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #adopt(owner: string, server: Server): void {
    const parts = this.#servers.get(owner);
    if (parts === undefined) throw new StackError(`${owner} was stopped while it started`);
    parts.push(server);
  }

  #note(owner: string, process: string, identity: ProcessIdentity): void {
    const entry = this.#record.servers[owner];
    if (entry === undefined) throw new StackError(`${owner} is not part of the stack`);
    entry.processes = [...entry.processes.filter(({ name }) => name !== process), { name: process, ...identity }];
    this.#save();
  }

  #save(): void {
    if (!this.#context.background) return;
    writeRecord(this.#record);
    rmSync(join(this.#record.folder, OWNER_FILE), { force: true }); // from now on the record keeps the folder
  }
}

/** Readable for all: PostgreSQL runs as another user when we are root, and has to reach its folder in it. */
async function newFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${STACK_FOLDER_PREFIX}${name}-`));
  await chmod(folder, 0o755);
  await writeFile(join(folder, OWNER_FILE), JSON.stringify(await identify(process.pid)));
  return folder;
}
