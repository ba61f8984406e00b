import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { compareChanges, verdictLine, type Change } from '../../../scripts/demo/change-ledger.ts';
import { ConnectClient } from '../../../scripts/demo/connect-client.ts';
import { Load } from '../../../scripts/demo/load.ts';
import { changeOf } from '../../../scripts/demo/topic-reader.ts';
import type { ConnectWorker } from '../../../scripts/stack/connect-worker.ts';
import type { WorkerServer } from '../../../scripts/stack/worker-server.ts';
import { eventually, newTopic, Opened } from '../../kafka/kafka-fixtures.ts';
import { RecordReader, type ReadRecord } from '../../support/record-reader.ts';
import { servers } from '../../support/servers.ts';
import { sql, tableConnector, uniqueName } from '../../support/test-cluster.ts';
import { complaintsSince, logLength } from './java-log.ts';
import { isOfReference, leftBehind, type LeftBehind } from './reference-tail.ts';

export interface SuccessionOptions {
  /** exactly.once.source.support of the Java worker. */
  readonly exactlyOnce: 'enabled' | 'disabled';
  /** Added to the Java worker's configuration. */
  readonly java?: Readonly<Record<string, string>>;
  readonly transactionsPerSecond?: number;
}

const FOUND = 'read the stored offset';
const PATIENCE_MS = 90_000;
// Records without schemas, which the reader of the load's tables understands.
const converters = { 'key.converter.schemas.enable': 'false', 'value.converter.schemas.enable': 'false' };

/** One group with its three topics that a Java worker and ours run in turns, and one table under load. */
export class Succession {
  readonly groupId = uniqueName('succession').replace('_', '-');
  readonly name = uniqueName('moved');
  readonly table = `t_${this.name}`;
  readonly topic = `${this.name}.public.${this.table}`;
  readonly load: Load;
  readonly #options: SuccessionOptions;
  readonly #opened = new Opened();
  #java: ConnectWorker | undefined;
  #ours: WorkerServer | undefined;
  #reader: RecordReader | undefined;
  #javaLogStart = 0;

  constructor(options: SuccessionOptions) {
    this.#options = options;
    const { address } = servers().postgres;
    this.load = new Load({ address, table: this.table, transactionsPerSecond: options.transactionsPerSecond ?? 50 });
  }

  get java(): ConnectWorker {
    if (this.#java === undefined) throw new Error('the Java worker was not started');
    return this.#java;
  }

  get ours(): WorkerServer {
    if (this.#ours === undefined) throw new Error('our worker was not started');
    return this.#ours;
  }

  get reader(): RecordReader {
    if (this.#reader === undefined) throw new Error('the reader was not started');
    return this.#reader;
  }

  /** The table, its topic and a reader of it; no connector yet. */
  async prepare(): Promise<void> {
    const { bootstrap } = servers().kafka;
    await this.load.prepare();
    await newTopic(this.#opened.cluster(bootstrap), {}, { name: this.topic });
    this.#reader = await RecordReader.open(bootstrap, this.topic);
  }

  /** The Java worker, for the first time or again; answers REST afterwards. */
  async startJava(): Promise<ConnectClient> {
    const { stack, kafka } = servers();
    if (this.#java !== undefined) {
      this.#javaLogStart = await logLength(this.#java.logFile);
      await this.#java.restart();
    }
    this.#java ??= await stack.start('connect', {
      as: `${this.groupId}-java`,
      groupId: this.groupId,
      bootstrap: kafka.bootstrap,
      exactlyOnce: this.#options.exactlyOnce,
      heap: '768m',
      config: { ...converters, ...this.#options.java },
    });
    return new ConnectClient(this.#java.url);
  }

  /** What the Java worker has complained of since its last start. */
  javaComplaints(): Promise<string[]> {
    return complaintsSince(this.java.logFile, this.#javaLogStart);
  }

  /** Our worker on the Java worker's group and topics; answers REST afterwards. */
  async startOurs(as = `${this.groupId}-ours`): Promise<ConnectClient> {
    const { stack, kafka } = servers();
    if (this.#ours === undefined)
      this.#ours = await stack.start('worker', { as, groupId: this.groupId, bootstrap: kafka.bootstrap });
    else await this.#ours.restart();
    return new ConnectClient(this.#ours.url);
  }

  /** What our task found when it looked for its offset the last time. */
  async foundState(): Promise<string> {
    const lines = (await readFile(this.ours.logFile, 'utf8')).split('\n').filter((line) => line.includes(FOUND));
    return z.object({ state: z.string() }).parse(JSON.parse(lines.at(-1) ?? '{}')).state;
  }

  connector(extra: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
    return tableConnector(servers().postgres, this.name, this.table, extra);
  }

  /** The changes that the topic holds, tombstones left out. */
  get delivered(): Change[] {
    return this.deliveredOf(() => true);
  }

  deliveredOf(fits: (value: string) => boolean): Change[] {
    return this.reader.records.flatMap(({ value }) =>
      value !== null && fits(value) ? [changeOf(Buffer.from(value))] : [],
    );
  }

  /** Settles when the connector's slot is complete: it has every change from now on. */
  async untilSlotIsMade(): Promise<void> {
    const question = `SELECT 1 FROM pg_replication_slots WHERE slot_name = '${this.name}' AND confirmed_flush_lsn IS NOT NULL`;
    await eventually('a slot', async () => (await sql(servers().postgres, question)).length === 1);
  }

  /** Settles when the Java worker has stored an offset of its own since ours ended. */
  async untilJavaStoredAnOffset(): Promise<void> {
    const { bootstrap } = servers().kafka;
    const offsetTopic = `${this.groupId}-offsets`;
    const places = { bootstrap, offsetTopic, connector: this.name };
    await eventually('an offset of the Java worker', () => isOfReference(places));
  }

  /** What the worker that has just ended left in the topic and as its offset. */
  leftBehind(): Promise<LeftBehind> {
    const { bootstrap } = servers().kafka;
    const offsetTopic = `${this.groupId}-offsets`;
    return leftBehind({ bootstrap, topic: this.topic, offsetTopic, connector: this.name });
  }

  /** Settles when so many more records have been delivered. */
  async more(count: number): Promise<void> {
    const goal = this.reader.records.length + count;
    await this.reader.until((records) => records.length >= goal, PATIENCE_MS);
  }

  /** Lets the load rest, waits for its last change, and gives what was written up to now. */
  async settled(): Promise<readonly Change[]> {
    await this.load.pause();
    const last = this.load.written.at(-1);
    if (last !== undefined) await this.reader.until((records) => records.slice(-20).some(isOf(last)), PATIENCE_MS);
    return this.load.written;
  }

  /** Requires that everything written so far has arrived once and in order; the load goes on afterwards. */
  async verify(): Promise<void> {
    const verdict = compareChanges(await this.settled(), this.delivered);
    assert.equal(verdictLine(verdict), 'lost 0, duplicated 0, out of order 0', verdict.examples.join('\n'));
    await this.load.resume();
  }

  /** Safe after a failure too: it must not hide what failed. */
  async close(): Promise<void> {
    await this.load.abandon();
    await this.#reader?.close();
    await this.#opened.closeAll();
    await this.#ours?.close();
    await this.#java?.close();
    const drop = `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '${this.name}' AND NOT active`;
    await sql(servers().postgres, drop);
  }
}

function isOf(change: Change): (record: ReadRecord) => boolean {
  return ({ value }) => {
    if (value === null) return false;
    const { key, version, op } = changeOf(Buffer.from(value));
    return key === change.key && version === change.version && (op === 'd') === (change.op === 'd');
  };
}
