import type { Lsn } from '../lsn.ts';
import { uint32 } from '../wire/big-endian.ts';

/** How a transaction has committed that came before its end. */
export interface TransactionEnd {
  readonly xid: number;
  /** Start of the commit record. */
  readonly commit: Lsn;
  readonly end: Lsn;
  /** Commit time as on the wire: microseconds since 2000-01-01. */
  readonly time: bigint;
}

/** Stream Commit (PostgreSQL 18 manual, 54.9); `start`: its type byte. */
export function readStreamCommit(bytes: Buffer, start: number): TransactionEnd {
  return { xid: uint32(bytes, start + 1), ...placesOf(bytes, start + 6) };
}

/** Commit Prepared. */
export function readCommitPrepared(bytes: Buffer, start: number): TransactionEnd {
  return { ...placesOf(bytes, start + 2), xid: uint32(bytes, start + 26) };
}

function placesOf(bytes: Buffer, at: number): Omit<TransactionEnd, 'xid'> {
  return {
    commit: bytes.readBigUInt64BE(at),
    end: bytes.readBigUInt64BE(at + 8),
    time: bytes.readBigInt64BE(at + 16),
  };
}

/** The Begin message that the transaction would have begun with, had it come at its end. */
export function beginMessage({ xid, commit, time }: TransactionEnd): Buffer {
  const message = Buffer.alloc(21);
  message.write('B', 'latin1');
  message.writeBigUInt64BE(commit, 1);
  message.writeBigInt64BE(time, 9);
  message.writeUInt32BE(xid, 17);
  return message;
}

/** The Commit message that it would have ended with. */
export function commitMessage({ commit, end, time }: TransactionEnd): Buffer {
  const message = Buffer.alloc(26);
  message.write('C', 'latin1');
  message.writeBigUInt64BE(commit, 2);
  message.writeBigUInt64BE(end, 10);
  message.writeBigInt64BE(time, 18);
  return message;
}
