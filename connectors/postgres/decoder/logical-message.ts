import { int32 } from '../wire/big-endian.ts';

/** A Message of pgoutput: what pg_logical_emit_message wrote. */
export interface MessageBody {
  readonly transactional: boolean;
  readonly prefix: string;
  readonly content: Buffer;
  /** Where it ends. */
  readonly end: number;
}

/** `at`: behind the type byte; flags, LSN, prefix, length, content (protocol version 1: no xid). */
export function readMessage(bytes: Buffer, at: number): MessageBody {
  const prefixEnd = bytes.indexOf(0, at + 9);
  const start = prefixEnd + 5;
  const end = start + int32(bytes, prefixEnd + 1);
  return {
    transactional: ((bytes[at] ?? 0) & 1) === 1,
    prefix: bytes.toString('utf8', at + 9, prefixEnd),
    content: bytes.subarray(start, end),
    end,
  };
}
