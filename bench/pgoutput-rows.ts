import type { RelationPlan } from '../connectors/postgres/decoder/relation-plan.ts';
import type { ColumnType } from '../connectors/column-type.ts';
import type { ColumnSchema, TableSchema } from '../connectors/table-schema.ts';

const OID = 16_384;
/** Microseconds from 2000-01-01 to 2026-01-01, so that times have the length of today's. */
const COMMIT_TIME = 820_454_400_000_000n;
const FIRST_LSN = 0x16_b3748n;

/** pgoutput messages one behind the other, and where each begins and at which LSN. */
export interface RecordedStream {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly lsns: Float64Array;
  readonly rows: number;
}

const column = (name: string, type: ColumnType, sourceType: string, optional = false): ColumnSchema => ({
  name,
  type,
  sourceType: { name: sourceType, length: null, scale: null },
  optional,
  defaultText: undefined,
});

/** The table of seven-columns.ts as the connector sees it. */
export function sevenColumnPlan(): RelationPlan {
  const schema: TableSchema = {
    database: 'bench',
    schema: 'public',
    table: 'customers',
    columns: [
      column('id', { kind: 'int64' }, 'int8'),
      column('name', { kind: 'text' }, 'text'),
      column('amount', { kind: 'decimal', precision: 12, scale: 2 }, 'numeric'),
      column('quantity', { kind: 'int32' }, 'int4'),
      column('updated_at', { kind: 'timestamptz', precision: 6 }, 'timestamptz'),
      column('attributes', { kind: 'json' }, 'jsonb'),
      column('note', { kind: 'text' }, 'text', true),
    ],
    key: [0],
  };
  const capture = Int32Array.from(schema.columns.keys());
  return { schema, capture, width: capture.length, enums: [] };
}

/**
 * Inserts in commits of `commitRows` rows, byte for byte what PostgreSQL's pgoutput (protocol version 1) sends for the rows of
 * seven-columns.ts.
 */
export function recordedInserts(rows: number, commitRows: number): RecordedStream {
  const messages: Buffer[] = [];
  const lsns: number[] = [];
  let lsn = FIRST_LSN;
  const add = (message: Buffer): void => {
    messages.push(message);
    lsns.push(Number(lsn));
    lsn += 160n;
  };
  for (let row = 0; row < rows; row++) {
    const transaction = Math.floor(row / commitRows);
    if (row % commitRows === 0) add(begin(lsn + 20_000n, transaction));
    add(insert(row + 1));
    if (row % commitRows === commitRows - 1 || row === rows - 1) add(commit(lsn));
  }
  const starts = new Int32Array(messages.length + 1);
  for (const [index, message] of messages.entries()) starts[index + 1] = (starts[index] ?? 0) + message.length;
  return { bytes: Buffer.concat(messages), starts, lsns: Float64Array.from(lsns), rows };
}

function begin(commitLsn: bigint, transaction: number): Buffer {
  const message = Buffer.alloc(21);
  message.write('B', 'latin1');
  message.writeBigUInt64BE(commitLsn, 1);
  message.writeBigInt64BE(COMMIT_TIME + BigInt(transaction) * 1703n, 9);
  message.writeUInt32BE(1000 + transaction, 17);
  return message;
}

function commit(lsn: bigint): Buffer {
  const message = Buffer.alloc(26);
  message.write('C', 'latin1');
  message.writeBigUInt64BE(lsn, 2);
  message.writeBigUInt64BE(lsn + 48n, 10);
  message.writeBigInt64BE(COMMIT_TIME, 18);
  return message;
}

function insert(id: number): Buffer {
  const micros = String((id * 1703) % 1_000_000).padStart(6, '0');
  const values = [
    String(id),
    `customer number ${id}`,
    ((id % 100_000) / 100).toFixed(2),
    String(id % 1000),
    `2026-01-01 00:${String(Math.floor(id / 60) % 60).padStart(2, '0')}:${String(id % 60).padStart(2, '0')}.${micros}+00`,
    `{"size": ${id % 40}, "tags": ["a", "b"], "colour": "green"}`,
    'x'.repeat(60) + String(id),
  ];
  const head = Buffer.alloc(8);
  head.write('I', 'latin1');
  head.writeUInt32BE(OID, 1);
  head.write('N', 5, 'latin1');
  head.writeInt16BE(values.length, 6);
  const tuple = values.flatMap((value) => {
    const text = Buffer.from(value, 'utf8');
    const kind = Buffer.from('t\0\0\0\0', 'latin1');
    kind.writeInt32BE(text.length, 1);
    return [kind, text];
  });
  return Buffer.concat([head, ...tuple]);
}
