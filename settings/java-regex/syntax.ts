/** A set of code points. `text` is JavaScript's notation of an operand of a class in `v` mode, e.g. `\p{Lu}` or `[a-z]`. */
export type CharacterSet =
  | { readonly type: 'range'; readonly from: number; readonly to: number }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'union'; readonly items: readonly CharacterSet[]; readonly negated: boolean }
  | { readonly type: 'intersection'; readonly items: readonly CharacterSet[]; readonly negated: boolean };

/** A parsed Java regular expression (java.util.regex.Pattern, Java 21), without what cannot be said in JavaScript. */
export type PatternNode =
  /** `anyCase`: ASCII letters in either case, as Java's CASE_INSENSITIVE has it. */
  | { readonly type: 'set'; readonly set: CharacterSet; readonly anyCase: boolean }
  /** Matches a place, no characters; already in JavaScript's notation. */
  | { readonly type: 'place'; readonly text: string }
  | { readonly type: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly type: 'choice'; readonly branches: readonly PatternNode[] }
  | {
      readonly type: 'repeat';
      readonly item: PatternNode;
      readonly min: number;
      /** Infinity: no bound. */
      readonly max: number;
      readonly kind: 'greedy' | 'lazy' | 'possessive';
    }
  | { readonly type: 'group'; readonly item: PatternNode; readonly number: number }
  | { readonly type: 'atomic'; readonly item: PatternNode }
  | { readonly type: 'look'; readonly ahead: boolean; readonly negative: boolean; readonly item: PatternNode }
  | { readonly type: 'reference'; readonly number: number };

/** One code point. */
export function single(code: number): CharacterSet {
  return { type: 'range', from: code, to: code };
}

/** A set given in JavaScript's notation. */
export function textSet(text: string): CharacterSet {
  return { type: 'text', text };
}
