import { runInThisContext } from 'node:vm';
import { z } from 'zod';
import { ConnectorError } from '../errors/connector-error.ts';
import { emitPattern } from './java-regex/emit.ts';
import { matchPaths } from './java-regex/match-paths.ts';
import { parseWithGroups, withFlags, type PatternFlags } from './java-regex/parse-pattern.ts';
import { SettingValueError } from './setting.ts';

/** A compiled Java regular expression. */
export interface JavaPattern {
  /** Whether the whole text matches (Matcher.matches). Throws a ConnectorError when that takes longer than the limit. */
  matches(text: string): boolean;
  /** Whether a part of the text matches (Matcher.find). Same limit. */
  find(text: string): boolean;
  /** The first part of the text that matches (Matcher.find), undefined when there is none. Same limit. */
  firstMatch(text: string): JavaMatch | undefined;
  /** Number of capturing groups. */
  readonly groupCount: number;
  /** Numbers of the groups that have a name. */
  readonly groupNames: ReadonlyMap<string, number>;
}

/** A match and where it stands. */
export interface JavaMatch {
  readonly start: number;
  readonly end: number;
  /** Texts of the groups, by number; 0 is the whole match. Undefined: the group took no part. */
  readonly groups: readonly (string | undefined)[];
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
  const { node, groups: groupCount, names: groupNames } = parseWithGroups(text, given);
  const source = emitPattern(node);
  const whole = compile(`^(?:${source})$`, text);
  // Without the anchor V8 13.6 also tries places in the middle of a surrogate pair, where a back-reference misbehaves.
  const part = compile(`^[^]*?(?:${source})`, text);
  // The text before the match is captured for its length: with that, the place of the match is known.
  let placed: RegExp | undefined;
  const paths = matchPaths(node, USUAL_LENGTH);
  const direct = paths * USUAL_LENGTH <= CHEAP_PATHS;
  return {
    groupCount,
    groupNames,
    matches: (input) => run(whole, input, { text, direct: paths <= CHEAP_PATHS }) !== null,
    find: (input) => run(part, input, { text, direct }) !== null,
    firstMatch: (input) => {
      placed ??= compile(`^(?<before>[^]*?)(?<whole>${source})`, text);
      const captured = run(placed, input, { text, direct });
      if (captured === null) return undefined;
      const start = captured['before']?.length ?? 0;
      const numbers = Array.from({ length: groupCount + 1 }, (_, number) => number);
      return {
        start,
        end: start + (captured['whole']?.length ?? 0),
        groups: numbers.map((number) => captured[number === 0 ? 'whole' : `g${number}`]),
      };
    },
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

/** By name, what groups of the engine captured. */
type Captures = Readonly<Record<string, string | undefined>>;

const captures = z.record(z.string(), z.string().optional()).nullable();

/** Null: no match. */
function run(pattern: RegExp, input: string, { text, direct }: { text: string; direct: boolean }): Captures | null {
  if (direct && input.length <= USUAL_LENGTH) {
    const match = pattern.exec(input);
    return match === null ? null : (match.groups ?? {});
  }
  const script = `{ const match = new RegExp(${JSON.stringify(pattern.source)}, 'v').exec(${JSON.stringify(input)});
    JSON.stringify(match === null ? null : { ...match.groups }) }`;
  try {
    const found: unknown = runInThisContext(script, { timeout: LIMIT_MS });
    return captures.parse(JSON.parse(String(found)));
  } catch (error) {
    throw new ConnectorError(
      'CONFIG_INVALID',
      `The regular expression '${text}' took longer than ${LIMIT_MS} ms on '${input.slice(0, 100)}': it repeats something that can match in many ways. Write it without nested repetitions`,
      { cause: error },
    );
  }
}
