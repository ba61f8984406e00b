import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { rawRequest, type RawAnswer } from './rest-fixture.ts';

export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function field(line: string, name: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const value: unknown = Object.entries(parsed).find(([key]) => key === name)?.[1];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined; // not a log line
  }
}

/** A worker started as an operator does it, from the source, with the lines that it writes. */
export class WorkerProcess {
  readonly lines: string[] = [];
  readonly ended: Promise<WorkerEnd>;
  errorText = '';
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Set<() => void>();

  constructor(properties: Readonly<Record<string, string>>) {
    this.#folder = mkdtempSync(join(tmpdir(), 'millrace-worker-'));
    const file = join(this.#folder, 'worker.properties');
    writeFileSync(
      file,
      Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    const main = fileURLToPath(new URL('../../worker/main.ts', import.meta.url));
    const child = spawn(process.execPath, [main, 'worker', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      for (const wake of this.#waiting) wake();
    });
    child.stderr.on('data', (chunk: Buffer) => (this.errorText += chunk.toString('utf8')));
    this.ended = once(child, 'close').then(() => {
      for (const wake of this.#waiting) wake();
      return { code: child.exitCode, signal: child.signalCode };
    });
  }

  /** The first log line with this message; rejects when the worker ends without it. */
  async line(message: string): Promise<string> {
    const ended = this.ended.then(() => true);
    for (;;) {
      const found = this.lines.find((line) => field(line, 'msg') === message);
      if (found !== undefined) return found;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const wake = () => resolve(undefined);
      this.#waiting.add(wake);
      const over = await Promise.race([promise, ended]);
      this.#waiting.delete(wake);
      if (over === true && !this.lines.some((line) => field(line, 'msg') === message))
        throw new Error(`the worker ended without "${message}": ${this.errorText}\n${this.lines.join('\n')}`);
    }
  }

  /** The address of its REST API, known before it is ready. */
  async url(): Promise<string> {
    return `http://${field(await this.line('worker starting'), 'worker') ?? ''}`;
  }

  async call(method: string, path: string, body?: string): Promise<RawAnswer> {
    return rawRequest(await this.url(), method, path, body === undefined ? {} : { body });
  }

  /** Sends a signal; the end is in `ended`. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it whatever it does, and removes its file. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
