import { ConnectorError } from '../../errors/connector-error.ts';
import { jaasTokens, type JaasToken } from './jaas-tokens.ts';

/** One login module of a JAAS configuration. */
export interface LoginModule {
  /** `org.apache.kafka.common.security.scram.ScramLoginModule` */
  readonly className: string;
  readonly options: ReadonlyMap<string, string>;
}

const flags = ['required', 'requisite', 'sufficient', 'optional'];

/**
 * Reads the value of sasl.jaas.config: `class flag key="value" … ;`, the syntax of Java's Configuration files as Kafka reads it.
 * Throws CONFIG_INVALID; the message never holds a part of the value beside the names of options, for it is a secret.
 */
export function parseJaasConfig(text: string): LoginModule {
  const where = 'sasl.jaas.config';
  const tokens = jaasTokens(text, where);
  const { module, end } = moduleAt(tokens, 0, where);
  if (tokens.length > end) throw invalid(where, 'there must be one login module only');
  return module;
}

/**
 * The login modules of one entry of a JAAS file: `name { class flag key="value" …; … };`. Undefined when it has no such entry.
 * Throws CONFIG_INVALID; `where` says which file it is.
 */
export function jaasFileEntry(text: string, entry: string, where: string): LoginModule[] | undefined {
  const tokens = jaasTokens(text, where);
  let found: LoginModule[] | undefined;
  for (let at = 0; at < tokens.length;) {
    const [name, open] = tokens.slice(at, at + 2);
    if (name === undefined || name.kind === 'sign' || !isSign(open, '{'))
      throw invalid(where, 'an entry is not of the form name { login modules };');
    const modules: LoginModule[] = [];
    for (at += 2; !isSign(tokens[at], '}');) {
      const { module, end } = moduleAt(tokens, at, where);
      modules.push(module);
      at = end;
    }
    if (!isSign(tokens[at + 1], ';')) throw invalid(where, `the semicolon after entry ${name.text} is missing`);
    at += 2;
    if (name.text === entry) found ??= modules;
  }
  return found;
}

/** The module that begins there, and where the next one would. */
function moduleAt(tokens: readonly JaasToken[], start: number, where: string): { module: LoginModule; end: number } {
  const [className, flag] = tokens.slice(start, start + 2);
  if (className?.kind !== 'word') throw invalid(where, 'it does not begin with the class name of a login module');
  if (flag?.kind !== 'word' || !flags.includes(flag.text.toLowerCase()))
    throw invalid(where, `after the class name there must be one of ${flags.join(', ')}`);
  const options = new Map<string, string>();
  let at = start + 2;
  for (; !isSign(tokens[at], ';'); at += 3) {
    const [key, equals, value] = tokens.slice(at, at + 3);
    if (key === undefined) throw invalid(where, 'the semicolon at the end is missing');
    if (key.kind === 'sign' || !isSign(equals, '=')) throw invalid(where, `an option is not of the form name="value"`);
    if (value === undefined || value.kind === 'sign') throw invalid(where, `option ${key.text} has no value`);
    options.set(key.text, value.text);
  }
  return { module: { className: className.text, options }, end: at + 1 };
}

function isSign(token: JaasToken | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.text === sign;
}

function invalid(where: string, reason: string): ConnectorError {
  return new ConnectorError('CONFIG_INVALID', `${where} cannot be read: ${reason}`);
}
