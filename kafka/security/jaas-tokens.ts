import { ConnectorError } from '../../errors/connector-error.ts';

export interface JaasToken {
  readonly kind: 'word' | 'text' | 'sign';
  readonly text: string;
}

// java.io.StreamTokenizer with the word characters that Kafka's JaasConfig adds (- _ $); digits count as word characters
// here, where Java would take them for a number and then refuse them.
const pattern =
  /\s+|\/\/[^\n\r]*|\/\*[^]*?\*\/|"((?:\\[^]|[^"\\\n\r])*)"|'((?:\\[^]|[^'\\\n\r])*)'|([\w$.\u00a0-\uffff-]+)|([=;{}])/y;

/**
 * Splits a JAAS configuration into words, quoted texts (without quotes, escapes resolved) and the signs = ; { and }.
 * Throws CONFIG_INVALID; `where` says what was read.
 */
export function jaasTokens(source: string, where = 'sasl.jaas.config'): JaasToken[] {
  const tokens: JaasToken[] = [];
  pattern.lastIndex = 0;
  let at = 0;
  while (at < source.length) {
    const match = pattern.exec(source);
    if (match === null)
      throw new ConnectorError(
        'CONFIG_INVALID',
        `${where} cannot be read: unexpected character or open quote at position ${at + 1}`,
      );
    at = pattern.lastIndex;
    const [, double, single, word, sign] = match;
    const quoted = double ?? single;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: unescaped(quoted) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}

const controls: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Escapes of StreamTokenizer: control letters, octal up to 377; any other character stands for itself. */
function unescaped(text: string): string {
  return text.replace(/\\([0-3][0-7]{0,2}|[4-7][0-7]?|[^])/g, (_, escape: string) =>
    /^[0-7]/.test(escape) ? String.fromCharCode(Number.parseInt(escape, 8)) : (controls[escape] ?? escape),
  );
}
