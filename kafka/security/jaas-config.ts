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
  const tokens = jaasTokens(text);
  const [className, flag] = tokens;
  if (className?.kind !== 'word') throw invalid('it does not begin with the class name of a login module');
  if (flag?.kind !== 'word' || !flags.includes(flag.text.toLowerCase()))
    throw invalid(`after the class name there must be one of ${flags.join(', ')}`);
  const options = new Map<string, string>();
  let at = 2;
  for (; !isSign(tokens[at], ';'); at += 3) {
    const [key, equals, value] = tokens.slice(at, at + 3);
    if (key === undefined) throw invalid('the semicolon at the end is missing');
    if (key.kind === 'sign' || !isSign(equals, '=')) throw invalid(`an option is not of the form name="value"`);
    if (value === undefined || value.kind === 'sign') throw invalid(`option ${key.text} has no value`);
    options.set(key.text, value.text);
  }
  if (tokens.length > at + 1) throw invalid('there must be one login module only');
  return { className: className.text, options };
}

function isSign(token: JaasToken | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.text === sign;
}

function invalid(reason: string): ConnectorError {
  return new ConnectorError('CONFIG_INVALID', `sasl.jaas.config cannot be read: ${reason}`);
}
