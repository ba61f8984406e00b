import { textOf } from '../../byte-range.ts';
import { jsonString } from '../../json/json-text.ts';
import { UnrepresentableValue, type ValueSettings, type ValueType } from './value-type.ts';

/** Pairs of `"key"=>"value", "other"=>NULL`; quotes and backslashes inside are escaped by a backslash. */
function parseHstore(text: string): [string, string | null][] {
  const pairs: [string, string | null][] = [];
  const pair = /\s*"((?:[^"\\]|\\.)*)"=>(?:NULL|"((?:[^"\\]|\\.)*)")(?:,|$)/suy;
  while (pair.lastIndex < text.length) {
    const at = pair.lastIndex;
    const match = pair.exec(text);
    if (match === null) throw new UnrepresentableValue(`malformed hstore at character ${at + 1}`);
    pairs.push([unescaped(match[1] ?? ''), match[2] === undefined ? null : unescaped(match[2])]);
  }
  return pairs;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gsu, '$1');
}

/** hstore as a string of JSON or as a map; members in PostgreSQL's order, where Debezium has that of a Java HashMap. */
export function hstoreType({
  hstoreHandling,
  placeholder,
}: Pick<ValueSettings, 'hstoreHandling' | 'placeholder'>): ValueType {
  const word = placeholder.toString('utf8');
  if (hstoreHandling === 'map')
    return {
      schema: { type: 'map', keys: { type: 'string' }, values: { type: 'string', optional: true } },
      encode: (out, value) => out.text(objectJson(parseHstore(textOf(value)), jsonString)),
      standIn: '{}',
      unavailable: objectJson([[word, word]], jsonString),
    };
  return {
    schema: { type: 'string', name: 'io.debezium.data.Json', version: 1 },
    encode: (out, value) => out.text(jsonString(objectJson(parseHstore(textOf(value)), innerString))),
    standIn: '"{}"',
    unavailable: jsonString(objectJson([[word, word]], innerString)),
  };
}

function objectJson(pairs: readonly (readonly [string, string | null])[], quote: (text: string) => string): string {
  return `{${pairs.map(([key, value]) => `${quote(key)}:${value === null ? 'null' : quote(value)}`).join(',')}}`;
}

/** Inside the string, characters beyond U+FFFF stay as they are; the string around escapes them. */
function innerString(text: string): string {
  return jsonString(text).replaceAll(/\\u(D[89AB]..)\\u(D[C-F]..)/g, (_, high: string, low: string) =>
    String.fromCharCode(parseInt(high, 16), parseInt(low, 16)),
  );
}
