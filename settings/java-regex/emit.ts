import { SettingValueError } from '../setting.ts';
import type { CharacterSet, PatternNode } from './syntax.ts';

/**
 * JavaScript's notation (flag `v`) of a parsed pattern. Groups become `(?<gN>…)`, so that the captures which stand in for
 * atomic groups do not shift their numbers. Throws SettingValueError for what JavaScript would match otherwise.
 */
export function emitPattern(node: PatternNode): string {
  return new Emitter().emit(node, { groups: new Set(), behind: false });
}

/** `groups`: those that have certainly matched when this place is reached; `behind`: inside a look-behind. */
interface Scope {
  readonly groups: Set<number>;
  readonly behind: boolean;
}

class Emitter {
  #atomics = 0;

  emit(node: PatternNode, scope: Scope): string {
    switch (node.type) {
      case 'set':
        return emitTop(node.set, node.anyCase);
      case 'place':
        return node.text;
      case 'sequence':
        return node.items.map((item) => this.emit(item, scope)).join('');
      case 'choice':
        return `(?:${node.branches.map((branch) => this.emit(branch, inner(scope))).join('|')})`;
      case 'repeat':
        return this.#repeat(node, scope);
      case 'group': {
        const item = this.emit(node.item, scope);
        scope.groups.add(node.number);
        return `(?<g${node.number}>${item})`;
      }
      case 'atomic':
        return this.#atomic(this.emit(node.item, scope), scope);
      case 'look': {
        const item = this.emit(node.item, inner(scope, !node.ahead));
        return `(?${node.ahead ? '' : '<'}${node.negative ? '!' : '='}${item})`;
      }
      case 'reference':
        return reference(node.number, scope);
    }
  }

  #repeat(node: Extract<PatternNode, { type: 'repeat' }>, scope: Scope): string {
    const once = this.emit(node.item, node.min === 0 ? inner(scope) : scope);
    // Java's possessive loop takes the first match of each round and never goes back into one (Pattern.Curly, match2).
    const item = node.kind === 'possessive' ? this.#atomic(once, scope) : once;
    const max = node.max === Infinity ? '' : String(node.max);
    const count = node.min === node.max ? `{${max}}` : `{${node.min},${max}}`;
    const repeated = `(?:${item})${count}${node.kind === 'lazy' ? '?' : ''}`;
    return node.kind === 'possessive' ? this.#atomic(repeated, scope) : repeated;
  }

  /** A look-ahead never gives back what it matched: capture there, then consume the capture (JavaScript has no `(?>…)`). */
  #atomic(item: string, scope: Scope): string {
    if (scope.behind)
      throw new SettingValueError('A possessive quantifier or atomic group inside a look-behind is not supported');
    this.#atomics += 1;
    return `(?:(?=(?<a${this.#atomics}>${item}))\\k<a${this.#atomics}>)`;
  }
}

function inner(scope: Scope, behind = false): Scope {
  return { groups: new Set(scope.groups), behind: scope.behind || behind };
}

/** A reference to a group that took no part fails in Java but matches the empty text in JavaScript. */
function reference(number: number, { groups, behind }: Scope): string {
  if (behind || !groups.has(number))
    throw new SettingValueError(
      `The back-reference to group ${number} is not supported here: the group must come before it and always take part in the match`,
    );
  return `\\k<g${number}>`;
}

function emitTop(set: CharacterSet, anyCase: boolean): string {
  if (set.type !== 'range' || set.from !== set.to) return emitSet(set, anyCase);
  const other = anyCase ? otherCase(set.from) : set.from;
  return other === set.from ? character(other) : `[${character(set.from)}${character(other)}]`;
}

function emitSet(set: CharacterSet, anyCase: boolean): string {
  switch (set.type) {
    case 'text':
      return set.text;
    case 'range':
      return `[${anyCase ? foldedRange(set.from, set.to) : range(set.from, set.to)}]`;
    case 'union':
      return `[${set.negated ? '^' : ''}${set.items.map((item) => emitSet(item, anyCase)).join('')}]`;
    case 'intersection': {
      const both = set.items.map((item) => emitSet(item, anyCase)).join('&&');
      return set.negated ? `[^[${both}]]` : `[${both}]`;
    }
  }
}

/** The range and the other case of the ASCII letters in it. */
function foldedRange(from: number, to: number): string {
  const parts = [range(from, to)];
  for (const [low, high] of [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ] as const) {
    const first = Math.max(from, low);
    const last = Math.min(to, high);
    if (first <= last) parts.push(range(otherCase(first), otherCase(last)));
  }
  return parts.join('');
}

function otherCase(code: number): number {
  return /^[A-Za-z]$/.test(String.fromCodePoint(code)) ? code ^ 0x20 : code;
}

function range(from: number, to: number): string {
  return from === to ? character(from) : `${character(from)}-${character(to)}`;
}

function character(code: number): string {
  const text = String.fromCodePoint(code);
  return /^[A-Za-z0-9_]$/.test(text) ? text : `\\u{${code.toString(16)}}`;
}
