import { validateHeaderName, validateHeaderValue } from 'node:http';

/** A header that every answer carries. */
export interface ResponseHeader {
  /** `add` leaves what is there. */
  readonly action: 'set' | 'add';
  readonly name: string;
  /** A number: milliseconds from the answer on, given as an HTTP date. */
  readonly value: string | number;
}

const actions = new Map([
  ['set', { action: 'set', date: false }],
  ['add', { action: 'add', date: false }],
  ['setdate', { action: 'set', date: true }],
  ['adddate', { action: 'add', date: true }],
] as const);

/** Entries between commas; a comma within double quotes belongs to its entry. */
function entriesOf(text: string): string[] {
  return [...text.matchAll(/(?:"[^"]*"|[^",])+/g)]
    .map(([entry]) =>
      entry
        .trim()
        .replace(/^"(.*)"$/s, '$1')
        .trim(),
    )
    .filter((entry) => entry !== '');
}

function parseEntry(entry: string): ResponseHeader {
  const [, word = '', name = '', value = ''] = /^(\S+)\s+([^\s:]+)\s*:\s*(.*)$/s.exec(entry) ?? [];
  if (word === '') throw new Error(`"${entry}" is not of the form [action] [name]:[value]`);
  const known = [...actions].find(([action]) => action === word.toLowerCase())?.[1];
  if (known === undefined) throw new Error(`"${entry}": the action must be one of set, add, setDate, addDate`);
  // Jetty's HeaderFilter, which Connect hands the text to, adds the number to the time of the answer.
  if (known.date && !/^\d{1,13}$/.test(value))
    throw new Error(`"${entry}": a date is written as milliseconds from now on`);
  validateHeaderName(name);
  validateHeaderValue(name, value);
  return { action: known.action, name, value: known.date ? Number(value) : value };
}

/** What is wrong with a value of response.http.headers.config, undefined when nothing is. */
export function responseHeadersProblem(text: string): string | undefined {
  if ((text.split('"').length - 1) % 2 === 1) return 'a double quote is not closed';
  try {
    entriesOf(text).forEach(parseEntry);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The headers that response.http.headers.config asks for; the text was checked before. */
export function parseResponseHeaders(text: string): ResponseHeader[] {
  return entriesOf(text).map(parseEntry);
}

/** The text of such a header in an answer of this time (milliseconds since 1970). */
export function headerText({ value }: ResponseHeader, now: number): string {
  return typeof value === 'string' ? value : new Date(now + value).toUTCString();
}
