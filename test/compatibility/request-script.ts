/** One request, and what is known about its answers. */
export interface RequestStep {
  readonly kind: 'request';
  /** Of the request line in its script, from 1. */
  readonly line: number;
  readonly method: string;
  /** As it goes on the wire, query included. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Ids of the intended differences that both answers must show. */
  readonly differs: readonly string[];
  /** Why the answers are not compared yet. */
  readonly pending: string | undefined;
}

/** Both sides reach a state before the next request goes out. */
export interface StateStep {
  readonly kind: 'state';
  readonly line: number;
  readonly connector: string;
  /** e.g. `RUNNING[RUNNING]`: state of the connector, states of its tasks. */
  readonly states: string;
}

/** Both sides answer a GET with a text in which the pattern is found. */
export interface AnswerStep {
  readonly kind: 'answer';
  readonly line: number;
  readonly path: string;
  readonly pattern: RegExp;
}

/** A statement in each side's database. */
export interface SqlStep {
  readonly kind: 'sql';
  readonly line: number;
  readonly statement: string;
}

export type Step = RequestStep | StateStep | AnswerStep | SqlStep;

interface Marks {
  headers: Record<string, string>;
  differs: string[];
  pending: string | undefined;
}

const methods = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) (\/\S*)$/;

function noMarks(): Marks {
  return { headers: {}, differs: [], pending: undefined };
}

function mark(marks: Marks, text: string, line: number): void {
  const [, word, rest] = /^@(\w+) (.+)$/.exec(text) ?? [];
  if (word === 'differs') marks.differs.push(...(rest ?? '').split(',').map((id) => id.trim()));
  else if (word === 'pending') marks.pending = rest;
  else if (word === 'header') {
    const [, name, value] = /^([\w-]+): ?(.*)$/.exec(rest ?? '') ?? [];
    if (name === undefined) throw new Error(`line ${line}: a header reads "Name: value"`);
    marks.headers[name] = value ?? '';
  } else throw new Error(`line ${line}: unknown mark ${text}`);
}

function waiting(text: string, line: number): Step | undefined {
  const [, connector, states] = /^until (.+) is (\w+\[[\w,]*\])$/.exec(text) ?? [];
  if (connector !== undefined && states !== undefined) return { kind: 'state', line, connector, states };
  const [, path, pattern] = /^until GET (\S+) answers (.+)$/.exec(text) ?? [];
  if (path !== undefined && pattern !== undefined)
    return { kind: 'answer', line, path, pattern: new RegExp(pattern, 's') };
  const [, statement] = /^sql (.+)$/.exec(text) ?? [];
  return statement === undefined ? undefined : { kind: 'sql', line, statement };
}

/**
 * The steps of a script. A request is a line `METHOD /path`; indented lines below it are its body; lines before it that begin with `@`
 * are its marks: `@header Name: value`, `@differs id, id`, `@pending reason`. Between requests `until <connector> is
 * RUNNING[RUNNING]`, `until GET /path answers <pattern>` and `sql <statement>`. Comments begin with `#`.
 */
export function parseScript(text: string): Step[] {
  const steps: Step[] = [];
  let marks = noMarks();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    if (raw.trim() === '' || raw.startsWith('#')) continue;
    const last = steps.at(-1);
    if (raw.startsWith('  ')) {
      if (last?.kind !== 'request') throw new Error(`line ${line}: a body without a request`);
      const before = last.body === undefined ? '' : `${last.body}\n`;
      steps[steps.length - 1] = { ...last, body: before + raw.slice(2) };
    } else if (raw.startsWith('@')) mark(marks, raw, line);
    else {
      const [, method, path] = methods.exec(raw) ?? [];
      const step =
        method === undefined || path === undefined
          ? waiting(raw, line)
          : ({ kind: 'request', line, method, path, body: undefined, ...marks } as const);
      if (step === undefined) throw new Error(`line ${line}: neither request nor wait: ${raw}`);
      steps.push(step);
      marks = noMarks();
    }
  }
  return steps;
}
