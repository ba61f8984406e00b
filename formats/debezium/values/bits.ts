import type { ByteRange } from '../../byte-range.ts';
import { writeBase64 } from '../../json/base64.ts';
import { booleanType } from './number.ts';
import type { ValueSettings, ValueType } from './value-type.ts';

const QUOTE = 0x22;
const ONE = 0x31;
/** Debezium's length of bit varying without a limit. */
const UNLIMITED = 2_147_483_647;
const TRUE = Buffer.from('true', 'latin1');
const FALSE = Buffer.from('false', 'latin1');

/** bit(length) and bit varying(length): a boolean for one bit, else bytes, the least significant first. */
export function bitsType(length: number | null, { placeholder }: Pick<ValueSettings, 'placeholder'>): ValueType {
  if (length === 1)
    return { ...booleanType(), encode: (out, { bytes, start }) => out.constant(bytes[start] === ONE ? TRUE : FALSE) };
  return {
    schema: {
      type: 'bytes',
      name: 'io.debezium.data.Bits',
      version: 1,
      parameters: { length: String(length ?? UNLIMITED) },
    },
    encode: (out, value) => {
      const bytes = littleEndian(value);
      out.byte(QUOTE);
      writeBase64(out, { bytes, start: 0, end: bytes.length });
      out.byte(QUOTE);
    },
    standIn: '""',
    unavailable: `"${placeholder.toString('base64')}"`,
  };
}

/** The last digit is bit 0 of byte 0; zero bytes at the end are dropped, so `00` is no byte at all. */
function littleEndian({ bytes, start, end }: ByteRange): Buffer {
  const result = Buffer.alloc(Math.ceil((end - start) / 8));
  let used = 0;
  for (let bit = 0; bit < end - start; bit++) {
    if (bytes[end - 1 - bit] !== ONE) continue;
    const at = bit >> 3;
    result[at] = (result[at] ?? 0) | (1 << (bit & 7));
    used = at + 1;
  }
  return result.subarray(0, used);
}
