import { runInThisContext } from 'node:vm';
import { ConnectorError } from '../errors/connector-error.ts';
import { emitPattern } from './java-regex/emit.ts';
import { matchPaths } from './java-regex/match-paths.ts';
import { parsePattern, withFlags, type PatternFlags } from './java-regex/parse-pattern.ts';
import { SettingValueError } from './setting.ts';

/** A compiled Java regular expression. */
export interface JavaPattern {
  /** Whether the whole text matches (Matcher.matches). Throws a ConnectorError when that takes longer than the limit. */
  matches(text: string): boolean;
  /** Whether a part of the text matches (Matcher.find). Same limit. */
  find(text: string): boolean;
}

export interface JavaPatternOptions {
  /** Letters as in inline flags: `i` (ASCII letters in either case), `s`, `m`. */
  readonly flags?: string;
}

// Table, column and topic names are short: PostgreSQL's identifiers have 63 bytes, three of them and two dots 191; Kafka's
// topic names 249.
const USUAL_LENGTH = 256;
// A list of names has a few paths; three `.*` in one pattern make 256³, of which at most a sixth can be walked.
const CHEAP_PATHS = 20_000_000;
const LIMIT_MS = 1000;
const MAX_PATTERN = 10_000;
const noFlags: PatternFlags = { anyCase: false, dotAll: false, multiline: false };

/**
 * Translates a Java regular expression (java.util.regex, Java 21), which is what include lists, topic creation groups and
 * routers of Connect and Debezium are written in. Throws SettingValueError for what is wrong or cannot be translated.
 *
 * A pattern whose work is bounded by its form runs directly (25 ns). Any other one, and any text longer than names are, runs
 * under node:vm's time limit, which stops the engine in the middle of backtracking and costs 0.2 ms (Node 24, 2 cores).
 */
export function javaPattern(text: string, { flags = '' }: JavaPatternOptions = {}): JavaPattern {
  const given = withFlags(noFlags, flags, true);
  if (given === undefined) throw new SettingValueError(`Unknown flags '${flags}' for a regular expression`);
  if (text.length > MAX_PATTERN)
    throw new SettingValueError(
      `A regular expression of ${text.length} characters; at most ${MAX_PATTERN} are supported`,
    );
  const node = parsePattern(text, given);
  const source = emitPattern(node);
  const whole = compile(`^(?:${source})$`, text);
  // Without the anchor V8 13.6 also tries places in the middle of a surrogate pair, where a back-reference misbehaves.
  const part = compile(`^[^]*?(?:${source})`, text);
  const paths = matchPaths(node, USUAL_LENGTH);
  return {
    matches: (input) => run(whole, input, { text, direct: paths <= CHEAP_PATHS }),
    find: (input) => run(part, input, { text, direct: paths * USUAL_LENGTH <= CHEAP_PATHS }),
  };
}

function compile(source: string, text: string): RegExp {
  try {
    const compiled = new RegExp(source, 'v');
    compiled.test(''); // the engine compiles at the first use; one that is too large shows only then
    return compiled;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingValueError(`The regular expression '${text}' is too large: ${reason}`);
  }
}

function run(pattern: RegExp, input: string, { text, direct }: { text: string; direct: boolean }): boolean {
  if (direct && input.length <= USUAL_LENGTH) return pattern.test(input);
  const script = `new RegExp(${JSON.stringify(pattern.source)}, 'v').test(${JSON.stringify(input)})`;
  try {
    return runInThisContext(script, { timeout: LIMIT_MS }) === true;
  } catch (error) {
    throw new ConnectorError(
      'CONFIG_INVALID',
      `The regular expression '${text}' took longer than ${LIMIT_MS} ms on '${input.slice(0, 100)}': it repeats something that can match in many ways. Write it without nested repetitions`,
      { cause: error },
    );
  }
}
