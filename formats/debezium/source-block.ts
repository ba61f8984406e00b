import type { RowChange, SourceTransaction } from '../../connectors/change-event.ts';
import type { TableSchema } from '../../connectors/table-schema.ts';
import { ByteWriter } from '../byte-writer.ts';
import { jsonString } from '../json/json-text.ts';
import { constantBytes } from './constant-bytes.ts';

const TWO_32 = 2 ** 32;
/** Upper halves of positions below 2^53. */
const EXACT_HIGH = 2 ** 21;
const LAST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** Written and read within one call: one of each for all tables, of which there may be very many. */
const PREPARED = new ByteWriter(1024);
const DIGITS = new ByteWriter(32);
const NOTHING: Buffer = Buffer.alloc(0);
const NULL = Buffer.from('null');
const ESCAPED_QUOTE = Buffer.from('\\"');
const NEXT_POSITION = Buffer.from(',\\"');
const AFTER_SEQUENCE = Buffer.from('\\"]","ts_us":');
const NANOS = Buffer.from(',"ts_ns":');
const LSN = Buffer.from(',"lsn":');

/** The last members of the source block, and its end, for most transactions: made on this server, without xmin. */
export const SOURCE_END = ',"xmin":null,"origin":null,"origin_lsn":null}';

/** The same for any transaction. */
export function sourceEnd({ origin, xmin }: SourceTransaction): string {
  if (origin === undefined && xmin === undefined) return SOURCE_END;
  const place =
    origin === undefined ? 'null,"origin_lsn":null' : `${jsonString(origin.name)},"origin_lsn":${origin.lsn}`;
  return `,"xmin":${xmin ?? 'null'},"origin":${place}}`;
}

export interface SourceIdentity {
  readonly version: string;
  readonly name: string;
  /** Debezium leaves `snapshot` null outside of a snapshot; its default is "false", which the converter may put there. */
  readonly replaceNullWithDefault: boolean;
}

/**
 * The source block of one table up to `lsn`: what all changes of a transaction share is put together once per transaction,
 * and a change adds its own position, twice.
 */
export class SourceBlock {
  readonly #names: Buffer;
  readonly #noSnapshot: Buffer;
  readonly #database: Buffer;
  readonly #table: Buffer;
  #transaction: SourceTransaction | undefined;
  #beforeSequence = NOTHING;
  #beforeLsn = NOTHING;

  constructor(
    { version, name, replaceNullWithDefault }: SourceIdentity,
    table: Pick<TableSchema, 'database' | 'schema' | 'table'>,
  ) {
    this.#noSnapshot = constantBytes(`,"snapshot":${replaceNullWithDefault ? '"false"' : 'null'}`);
    this.#names = constantBytes(
      `"source":{"version":${jsonString(version)},"connector":"postgresql","name":${jsonString(name)},"ts_ms":`,
    );
    this.#database = constantBytes(`,"db":${jsonString(table.database)},"sequence":"[`);
    this.#table = Buffer.from(
      `000,"schema":${jsonString(table.schema ?? '')},"table":${jsonString(table.table)},"txId":`,
    );
  }

  write(out: ByteWriter, change: Pick<RowChange, 'transaction' | 'positionHigh' | 'positionLow'>): void {
    if (change.transaction !== this.#transaction) this.#prepare(change.transaction);
    out.constant(this.#beforeSequence);
    DIGITS.reset();
    writePosition(DIGITS, change.positionHigh, change.positionLow);
    out.range(DIGITS.bytes, 0, DIGITS.at);
    out.constant(this.#beforeLsn);
    if (change.transaction.snapshot === 'incremental') out.text('null');
    else out.range(DIGITS.bytes, 0, DIGITS.at);
  }

  // Transactions of a single row are common, so this too makes no text and no copy that it could do without.
  #prepare(transaction: SourceTransaction): void {
    const out = PREPARED;
    out.reset();
    out.constant(this.#names);
    const micros = transaction.timeMicros;
    const exact = micros >= 0n && micros <= LAST_SAFE;
    if (exact) out.unsigned(Math.floor(Number(micros) / 1000));
    else out.text(String(floorMillis(micros)));
    if (transaction.snapshot === 'false') out.constant(this.#noSnapshot);
    else out.text(`,"snapshot":"${transaction.snapshot}"`);
    out.constant(this.#database);
    const previous = transaction.previousCommitEnd;
    if (previous === null) {
      out.constant(NULL);
    } else {
      out.constant(ESCAPED_QUOTE);
      if (previous <= LAST_SAFE) out.unsigned(Number(previous));
      else out.text(String(previous));
      out.constant(ESCAPED_QUOTE);
    }
    out.constant(NEXT_POSITION);
    const middle = out.at;
    out.constant(AFTER_SEQUENCE);
    const microsAt = out.at;
    if (exact) out.unsigned(Number(micros));
    else out.text(String(micros));
    const microsEnd = out.at;
    out.constant(NANOS);
    out.range(out.bytes, microsAt, microsEnd);
    out.constant(this.#table);
    const { xid } = transaction;
    if (xid === null || transaction.snapshot === 'incremental') out.constant(NULL);
    else out.unsigned(xid);
    out.constant(LSN);
    this.#beforeSequence = kept(this.#beforeSequence, out.bytes, 0, middle);
    this.#beforeLsn = kept(this.#beforeLsn, out.bytes, middle, out.at);
    this.#transaction = transaction;
  }
}

/** A copy of a range, in the former copy's place where it has the same length. */
function kept(former: Buffer, bytes: Buffer, start: number, end: number): Buffer {
  if (former.length !== end - start) return Buffer.from(bytes.subarray(start, end));
  bytes.copy(former, 0, start, end);
  return former;
}

export function floorMillis(micros: bigint): bigint {
  return micros >= 0n ? micros / 1000n : -((-micros + 999n) / 1000n);
}

function writePosition(out: ByteWriter, high: number, low: number): void {
  if (high < EXACT_HIGH) out.unsigned(high * TWO_32 + low);
  else out.text(String((BigInt(high) << 32n) | BigInt(low)));
}
