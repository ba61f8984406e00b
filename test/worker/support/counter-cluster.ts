import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConnectClient } from '../../../scripts/demo/connect-client.ts';
import { servers } from '../../support/servers.ts';

/** The least that a broker takes by default. */
export const sessionTimeoutMs = 6000;
/** For what has no deadline of its own: a machine that is busy with other tests is slow, not wrong. */
export const patientMs = 60_000;

const hello = z.object({ url: z.string(), workerId: z.string() });
const json = 'org.apache.kafka.connect.json.JsonConverter';
let groups = 0;

/** A log line of a worker. */
export type Line = Readonly<Record<string, unknown>>;

/** One worker of the tests as a process of its own. */
export class CounterWorker {
  readonly url: string;
  readonly workerId: string;
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { url, workerId }: z.infer<typeof hello>) {
    this.#child = child;
    this.url = url;
    this.workerId = workerId;
  }

  /** Resolves when its REST port is open, long before it is ready. */
  static async start(settings: Readonly<Record<string, string>>): Promise<CounterWorker> {
    const env = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`CONNECT_${key.toUpperCase().replaceAll('.', '_')}`, value]),
    );
    const child = fork(fileURLToPath(new URL('./counter-worker.ts', import.meta.url)), [], {
      env: { ...process.env, ...env },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const early: Line[] = [];
    let sink = early;
    let open = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (open + text).split('\n');
      open = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('{')) sink.push(JSON.parse(line) as Line);
    });
    const message = await new Promise<unknown>((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`the worker ended with ${String(code)}`)));
    });
    const worker = new CounterWorker(child, hello.parse(message));
    worker.lines.push(...early);
    sink = worker.lines;
    return worker;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Until the process has ended; its exit code. */
  async ended(): Promise<number | null> {
    if (this.running) await new Promise((resolve) => this.#child.once('exit', resolve));
    return this.#child.exitCode;
  }

  /** Process ids of its task hosts (Linux). */
  hosts(): number[] {
    return readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  }

  /** Lines with this message, e.g. `group: membership lost`. */
  said(message: string): Line[] {
    return this.lines.filter(({ msg }) => typeof msg === 'string' && msg.includes(message));
  }

  async call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async untilReady(): Promise<void> {
    await until(async () => (await this.call('GET', '/health')).status === 200, patientMs, 'a worker ready');
  }
}

/** Polls until it holds; the condition is a promise of the API, so polling is all there is. */
export async function until(holds: () => Promise<boolean> | boolean, limitMs: number, what: string): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > limitMs) throw new Error(`not in ${limitMs} ms: ${what}`);
    await delay(20);
  }
  return performance.now() - start;
}

/** Workers that form one cluster of their own on the shared Kafka. */
export class CounterCluster {
  readonly group: string;
  readonly workers: CounterWorker[] = [];
  readonly #settings: Readonly<Record<string, string>>;

  private constructor(group: string, settings: Readonly<Record<string, string>>) {
    this.group = group;
    this.#settings = settings;
  }

  static async start(count: number, settings: Readonly<Record<string, string>> = {}): Promise<CounterCluster> {
    groups += 1;
    const group = `counter-${process.pid}-${groups}`;
    const cluster = new CounterCluster(group, settings);
    for (let index = 0; index < count; index += 1) await cluster.add();
    return cluster;
  }

  /** Another worker, ready. */
  async add(more: Readonly<Record<string, string>> = {}): Promise<CounterWorker> {
    const worker = await CounterWorker.start(this.settings(more));
    this.workers.push(worker);
    await worker.untilReady();
    return worker;
  }

  /** The settings of a worker of this cluster. */
  settings(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { group } = this;
    return {
      'bootstrap.servers': servers().kafka.bootstrap,
      'group.id': group,
      'config.storage.topic': `${group}-configs`,
      'config.storage.replication.factor': '1',
      'offset.storage.topic': `${group}-offsets`,
      'offset.storage.replication.factor': '1',
      'offset.storage.partitions': '2',
      'status.storage.topic': `${group}-status`,
      'status.storage.replication.factor': '1',
      'status.storage.partitions': '2',
      'key.converter': json,
      'key.converter.schemas.enable': 'false',
      'value.converter': json,
      'value.converter.schemas.enable': 'false',
      listeners: 'http://127.0.0.1:0',
      'session.timeout.ms': String(sessionTimeoutMs),
      'task.shutdown.graceful.timeout.ms': '3000',
      ...this.#settings,
      ...more,
    };
  }

  get any(): CounterWorker {
    const worker = this.workers.find(({ running }) => running);
    if (worker === undefined) throw new Error('no worker is left');
    return worker;
  }

  get client(): ConnectClient {
    return new ConnectClient(this.any.url);
  }

  /** Creates a counter, topics on demand. */
  async create(name: string, extra: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.client.create(name, this.config(name, extra));
  }

  config(name: string, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      'connector.class': 'Counter',
      'topic.prefix': `${this.group}-${name}`,
      'tasks.max': extra['counter.tasks'] ?? '1',
      'topic.creation.default.partitions': '1',
      'topic.creation.default.replication.factor': '1',
      ...extra,
    };
  }

  /** The topic of a counter's task. */
  topic(name: string, task = 0): string {
    return `${this.group}-${name}.public.counter${task}`;
  }

  /** The running worker that the status of a task names. */
  async owner(name: string, task = 0): Promise<CounterWorker> {
    const { tasks } = await this.client.until(
      name,
      (status) => status.tasks.find(({ id }) => id === task)?.state === 'RUNNING',
      patientMs,
    );
    const workerId = tasks.find(({ id }) => id === task)?.worker_id;
    const owner = this.workers.find((worker) => worker.workerId === workerId);
    if (owner === undefined)
      throw new Error(`the status names ${String(workerId)}, which is no worker of this cluster`);
    return owner;
  }

  async deleteAll(): Promise<void> {
    const { body } = await this.any.call('GET', '/connectors');
    for (const name of z.array(z.string()).parse(body)) await this.client.delete(name);
  }

  async close(): Promise<void> {
    for (const worker of this.workers) if (worker.running) worker.kill('SIGKILL');
    for (const worker of this.workers) await worker.ended();
  }
}
