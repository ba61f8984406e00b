import { textOf, type ByteRange } from '../../byte-range.ts';
import type { ByteWriter } from '../../byte-writer.ts';
import { writeBase64 } from '../../json/base64.ts';
import { writeJavaNumber } from '../../json/java-number.ts';
import type { ConnectField } from '../connect-schema.ts';
import { decodeHex } from './binary.ts';
import { UnrepresentableValue, type ValueSettings, type ValueType } from './value-type.ts';

const COMMA = 0x2c;
/** Flag in an EWKB type word: four bytes of SRID follow (PostGIS, doc/ZMSgeoms.txt). */
const HAS_SRID = 0x20000000;
/** GEOMETRYCOLLECTION EMPTY */
const EMPTY_WKB = 'AQcAAAAAAAAA';

const sridField: ConnectField = { name: 'srid', schema: { type: 'int32', optional: true } };

/** `(x,y)` with the same as well-known binary. */
export function pointType({ placeholder }: Pick<ValueSettings, 'placeholder'>): ValueType {
  const zero = Buffer.alloc(21);
  zero.set([1, 1]);
  return {
    schema: {
      type: 'struct',
      fields: [
        { name: 'x', schema: { type: 'double' } },
        { name: 'y', schema: { type: 'double' } },
        { name: 'wkb', schema: { type: 'bytes', optional: true } },
        sridField,
      ],
      name: 'io.debezium.data.geometry.Point',
      version: 1,
      doc: 'Geometry (POINT)',
    },
    encode: encodePoint,
    standIn: `{"x":0.0,"y":0.0,"wkb":"${zero.toString('base64')}","srid":null}`,
    unavailable: `{"x":0.0,"y":0.0,"wkb":"${placeholder.toString('base64')}","srid":null}`,
  };
}

function encodePoint(out: ByteWriter, { bytes, start, end }: ByteRange): void {
  const comma = bytes.indexOf(COMMA, start);
  const x: ByteRange = { bytes, start: start + 1, end: comma };
  const y: ByteRange = { bytes, start: comma + 1, end: end - 1 };
  const wkb = Buffer.alloc(21);
  wkb[0] = 1; // little-endian
  wkb.writeUInt32LE(1, 1); // a point
  wkb.writeDoubleLE(Number(textOf(x)), 5);
  wkb.writeDoubleLE(Number(textOf(y)), 13);
  out.text('{"x":');
  writeJavaNumber(out, x, 'float64');
  out.text(',"y":');
  writeJavaNumber(out, y, 'float64');
  out.text(',"wkb":"');
  writeBase64(out, { bytes: wkb, start: 0, end: wkb.length });
  out.text('","srid":null}');
}

/** PostGIS: hex digits of EWKB, carried on unchanged, with the SRID taken out of them. */
export function geometryType(
  kind: 'geometry' | 'geography',
  { placeholder }: Pick<ValueSettings, 'placeholder'>,
): ValueType {
  return {
    schema: {
      type: 'struct',
      fields: [{ name: 'wkb', schema: { type: 'bytes' } }, sridField],
      // Debezium's Geometry is optional even in a NOT NULL column, its Geography is not.
      optional: kind === 'geometry',
      name: kind === 'geometry' ? 'io.debezium.data.geometry.Geometry' : 'io.debezium.data.geometry.Geography',
      version: 1,
      doc: kind === 'geometry' ? 'Geometry' : 'Geography',
    },
    encode: encodeGeometry,
    standIn: `{"wkb":"${EMPTY_WKB}","srid":null}`,
    unavailable: `{"wkb":"${placeholder.toString('base64')}","srid":null}`,
  };
}

function encodeGeometry(out: ByteWriter, value: ByteRange): void {
  const wkb = decodeHex(value);
  if (wkb.length < 9 || wkb.length * 2 !== value.end - value.start)
    throw new UnrepresentableValue('the value is not hex digits of extended well-known binary (EWKB)');
  const littleEndian = wkb[0] !== 0;
  const type = littleEndian ? wkb.readUInt32LE(1) : wkb.readUInt32BE(1);
  const srid = (type & HAS_SRID) === 0 ? 'null' : String(littleEndian ? wkb.readInt32LE(5) : wkb.readInt32BE(5));
  out.text('{"wkb":"');
  writeBase64(out, { bytes: wkb, start: 0, end: wkb.length });
  out.text(`","srid":${srid}}`);
}
