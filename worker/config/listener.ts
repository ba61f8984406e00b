export type Scheme = 'http' | 'https';

/** One address that the REST API listens on. */
export interface Listener {
  readonly scheme: Scheme;
  /** Empty: all interfaces. IPv6 addresses without brackets. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

/** Kafka's syntax of listeners: scheme, host or nothing, port. */
const syntax = /^([a-z][a-z0-9+.-]*):\/\/(?:\[([0-9a-f:.%]+)\]|([^/:[\]@?#\s]*)):(\d{1,5})\/?$/i;

function schemeOf(text: string | undefined): Scheme | undefined {
  const scheme = text?.toLowerCase();
  return scheme === 'http' || scheme === 'https' ? scheme : undefined;
}

/** What is wrong with the text of a listener, undefined when nothing is. */
export function listenerProblem(text: string): string | undefined {
  const match = syntax.exec(text);
  if (match === null) return `"${text}" is not of the form http://host:port or https://host:port`;
  if (schemeOf(match[1]) === undefined) return `"${text}": the scheme of a listener must be http or https`;
  return Number(match[4]) > 65535 ? `"${text}": the port must be at most 65535` : undefined;
}

/** A listener from its text; the text was checked before. */
export function parseListener(text: string): Listener {
  const match = syntax.exec(text);
  const scheme = schemeOf(match?.[1]);
  if (match === null || scheme === undefined) throw new TypeError(`not a listener: ${text}`);
  return { scheme, host: match[2] ?? match[3] ?? '', port: Number(match[4]) };
}
