import { readFileSync } from 'node:fs';
import { Pair, parseLines } from 'dot-properties';
import { ConnectorError } from '../../errors/connector-error.ts';

/** One `key=value` of a properties file; `line` counts from 1 and is where the key stands. */
export interface PropertyLine {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/**
 * UTF-8 where the bytes are valid UTF-8, else ISO-8859-1: the rule of Java's PropertyResourceBundle (JEP 226). A plain
 * Java `Properties.load` reads ISO-8859-1 only; files that keep to ASCII and \u escapes read the same in all three.
 */
export function decodeProperties(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes); // not UTF-8, so the older encoding of the format
  }
}

/** The entries of a text in Java's `.properties` syntax, in order, repeated keys included. */
export function parseProperties(text: string): PropertyLine[] {
  const lines: PropertyLine[] = [];
  let offset = 0;
  let line = 1;
  for (const node of parseLines(text, true)) {
    if (!(node instanceof Pair)) continue;
    const start = node.range[0];
    for (; offset < start; offset += 1) if (text[offset] === '\n') line += 1;
    lines.push({ key: node.key, value: node.value, line });
  }
  return lines;
}

/** Reads a properties file. WORKER_CONFIG_UNREADABLE when it is not there or may not be read. */
export function readPropertiesFile(file: string): PropertyLine[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConnectorError('WORKER_CONFIG_UNREADABLE', `The worker configuration ${file} cannot be read: ${reason}`, {
      cause: error,
    });
  }
  return parseProperties(decodeProperties(bytes));
}
