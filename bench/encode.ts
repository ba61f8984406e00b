import { performance } from 'node:perf_hooks';
import type { RowChange } from '../connectors/change-event.ts';
import { ChangeCounts } from '../connectors/postgres/change-counts.ts';
import { PgoutputDecoder } from '../connectors/postgres/decoder/pgoutput-decoder.ts';
import { TransactionCursor } from '../connectors/postgres/position/transaction-cursor.ts';
import type { EncodedRecord, RecordSink } from '../formats/encoded-record.ts';
import { debeziumFormat } from '../formats/debezium/debezium-format.ts';
import type { TableEncoder } from '../formats/format.ts';
import { recordedInserts, sevenColumnPlan, type RecordedStream } from './pgoutput-rows.ts';
import { percentile } from './statistics.ts';

const COMMIT_ROWS = 100;
/** Messages between two hand-overs, as when a chunk of about 64 KiB came from the socket. */
const CHUNK_MESSAGES = 256;
const TWO_32 = 2 ** 32;

/** Microseconds a row, of decoding alone and of decoding and encoding; `cpu`: of both, by this thread's own CPU time. */
interface Round {
  readonly decode: number;
  readonly both: number;
  readonly cpu: number;
  readonly bytes: number;
}

/** Counts, and reads a byte of every record so that nothing can be left out. */
class CountingSink implements RecordSink {
  bytes = 0;
  check = 0;

  append({ bytes, keyStart, keyEnd, valueStart, valueEnd }: EncodedRecord): void {
    this.bytes += keyEnd - keyStart + valueEnd - valueStart;
    this.check ^= bytes[valueEnd - 1] ?? 0;
  }
}

/** Decoder and encoder alone, in one thread, from recorded pgoutput bytes of the seven columns. */
export async function run(options: {
  readonly rows: number;
  readonly rounds: number;
  readonly print: (line: string) => void;
}): Promise<Record<string, unknown>> {
  const { rows, rounds, print } = options;
  const stream = recordedInserts(rows, COMMIT_ROWS);
  print(`encode: ${rows} rows, ${(stream.bytes.length / rows).toFixed(0)} bytes of pgoutput a row, ${rounds} rounds`);
  const results: Record<string, Record<string, number>> = {};
  for (const schemas of [false, true]) {
    const name = schemas ? 'with schemas' : 'without schemas';
    const measured: Round[] = [];
    for (let round = 0; round <= rounds; round++) {
      const figures = await oneRound(stream, schemas);
      if (round > 0) measured.push(figures); // the first one warms up
    }
    const middle = (figure: keyof Round): number =>
      percentile(
        measured.map((figures) => figures[figure]),
        0.5,
      );
    const [decode, both, cpu, bytes] = [middle('decode'), middle('both'), middle('cpu'), middle('bytes') / rows];
    const best = Math.min(...measured.map((figures) => figures.both));
    print(
      `${name}: ${Math.round(1e6 / both)} rows/s (best ${Math.round(1e6 / best)}, by CPU time ${Math.round(1e6 / cpu)}); decode ${decode.toFixed(3)} µs, encode ${(both - decode).toFixed(3)} µs a row; ${bytes.toFixed(0)} bytes a record`,
    );
    results[name] = {
      rowsPerSecond: 1e6 / both,
      rowsPerCpuSecond: 1e6 / cpu,
      decodeMicros: decode,
      encodeMicros: both - decode,
      bytes,
    };
  }
  return { benchmark: 'encode', rows, ours: results };
}

async function oneRound(stream: RecordedStream, schemas: boolean): Promise<Round> {
  const decodeBegin = performance.now();
  const decoded = pass(stream, () => undefined);
  const decode = performance.now() - decodeBegin;
  await new Promise(setImmediate);
  const sink = new CountingSink();
  const schemasEnable = String(schemas);
  const format = debeziumFormat(
    { 'topic.prefix': 'bench' },
    { 'key.converter.schemas.enable': schemasEnable, 'value.converter.schemas.enable': schemasEnable },
  );
  let encoder: TableEncoder | undefined;
  const begin = performance.now();
  const cpuBegin = process.threadCpuUsage();
  const encoded = pass(stream, (change) => (encoder ??= format.compile(change.table)).encode(change, sink));
  const both = performance.now() - begin;
  const cpu = process.threadCpuUsage(cpuBegin);
  if (decoded !== stream.rows || encoded !== stream.rows || sink.check < 0)
    throw new Error(`${encoded} of ${stream.rows} rows came out`);
  return {
    decode: (decode * 1000) / stream.rows,
    both: (both * 1000) / stream.rows,
    cpu: (cpu.user + cpu.system) / stream.rows,
    bytes: sink.bytes,
  };
}

/** Decodes the stream chunk by chunk and hands each chunk's changes on; answers their number. */
function pass(stream: RecordedStream, take: (change: RowChange) => void): number {
  const plan = sevenColumnPlan();
  const cursor = new TransactionCursor({
    database: 'bench',
    start: { done: 0n, resume: { kind: 'boundary' } },
    previousCommitEnd: null,
    logEnd: 0n,
  });
  const relations = { plan: () => plan, define: () => true, askLabel: () => false, noteType: () => undefined };
  const decoder = new PgoutputDecoder(cursor, relations, { skipped: new Set() }, new ChangeCounts());
  const { bytes, starts, lsns } = stream;
  let changes = 0;
  for (let message = 0; message < lsns.length; message++) {
    const lsn = lsns[message] ?? 0;
    const start = starts[message] ?? 0;
    const end = starts[message + 1] ?? 0;
    decoder.decode({ bytes, start, end, high: Math.floor(lsn / TWO_32), low: lsn % TWO_32 });
    if (message % CHUNK_MESSAGES !== CHUNK_MESSAGES - 1 && message !== lsns.length - 1) continue;
    for (const change of decoder.take()) {
      if (change.kind !== 'row') continue;
      take(change);
      changes++;
    }
  }
  return changes;
}
