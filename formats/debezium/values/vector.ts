import { rangeOf, textOf, type ByteRange } from '../../byte-range.ts';
import type { ByteWriter } from '../../byte-writer.ts';
import { writeJavaNumber } from '../../json/java-number.ts';
import { placeholderNumbers } from './number.ts';
import { UnrepresentableValue, type ValueSettings, type ValueType } from './value-type.ts';

const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** pgvector's vector (doubles) and halfvec (floats): `[1,2.5]` */
export function vectorType(
  element: 'float32' | 'float64',
  { placeholder }: Pick<ValueSettings, 'placeholder'>,
): ValueType {
  return {
    schema: {
      type: 'array',
      items: { type: element === 'float32' ? 'float' : 'double' },
      name: element === 'float32' ? 'io.debezium.data.FloatVector' : 'io.debezium.data.DoubleVector',
      version: 1,
    },
    encode: (out, value) => writeElements(out, value, element),
    standIn: '[]',
    unavailable: `[${placeholderNumbers(placeholder, 'float')}]`,
  };
}

function writeElements(out: ByteWriter, { bytes, start, end }: ByteRange, width: 'float32' | 'float64'): void {
  out.byte(OPEN);
  let from = start + 1;
  for (let i = from; i < end; i++) {
    if (bytes[i] !== COMMA && i !== end - 1) continue;
    if (i > from) writeJavaNumber(out, { bytes, start: from, end: i }, width);
    if (bytes[i] === COMMA) out.byte(COMMA);
    from = i + 1;
  }
  out.byte(CLOSE);
}

/** pgvector's sparsevec `{1:1.5,3:2}/5`; a map whose keys are no strings is a list of pairs in JSON. */
export function sparseVectorType({ placeholder }: Pick<ValueSettings, 'placeholder'>): ValueType {
  const elements = placeholderNumbers(placeholder, 'float').split(',');
  const pairs = elements.map((element, index) => `[${index + 1},${element}]`);
  return {
    schema: {
      type: 'struct',
      fields: [
        { name: 'dimensions', schema: { type: 'int16' } },
        { name: 'vector', schema: { type: 'map', keys: { type: 'int16' }, values: { type: 'double' } } },
      ],
      name: 'io.debezium.data.SparseDoubleVector',
      version: 1,
      doc: 'Sparse double vector',
    },
    encode: encodeSparse,
    standIn: '{"dimensions":0,"vector":[]}',
    unavailable: `{"dimensions":${elements.length},"vector":[${pairs.join(',')}]}`,
  };
}

function encodeSparse(out: ByteWriter, value: ByteRange): void {
  const [, elements = '', dimensions = ''] = /^\{([^}]*)\}\/(\d+)$/.exec(textOf(value)) ?? [];
  if (dimensions === '') throw new UnrepresentableValue('the value is not of the form {index:value,…}/dimensions');
  out.text(`{"dimensions":${dimensions},"vector":[`);
  for (const [index, element] of elements.split(',').entries()) {
    const [key, number] = element.split(':');
    if (key === undefined || number === undefined) continue;
    out.text(`${index === 0 ? '' : ','}[${key},`);
    writeJavaNumber(out, rangeOf(number), 'float64');
    out.byte(CLOSE);
  }
  out.text(']}');
}
