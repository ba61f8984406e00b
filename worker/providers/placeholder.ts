/** Where a value is to be taken from: `${provider:path:key}`, or `${provider:key}` with an empty path. */
export interface Placeholder {
  readonly provider: string;
  readonly path: string;
  readonly key: string;
}

/** A text cut at its placeholders, in order; the parts put together are the text. */
export type TextPart = string | (Placeholder & { readonly text: string });

/** What stands between the braces; undefined without a colon: then it is no placeholder. */
function placeholderOf(inside: string): Placeholder | undefined {
  const first = inside.indexOf(':');
  if (first < 0) return undefined;
  const second = inside.indexOf(':', first + 1);
  const provider = inside.slice(0, first);
  return second < 0
    ? { provider, path: '', key: inside.slice(first + 1) }
    : { provider, path: inside.slice(first + 1, second), key: inside.slice(second + 1) };
}

/**
 * Finds what the pattern `\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}` of Connect's ConfigTransformer finds. By hand, since that
 * pattern takes cubic time on texts of colons, and configurations come from outside.
 */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  for (let start = text.indexOf('${'); start >= 0; start = text.indexOf('${', start)) {
    const end = text.indexOf('}', start);
    if (end < 0) break;
    const found = placeholderOf(text.slice(start + 2, end));
    if (found !== undefined) {
      if (start > done) parts.push(text.slice(done, start));
      parts.push({ ...found, text: text.slice(start, end + 1) });
      done = end + 1;
    }
    start = end + 1;
  }
  if (done < text.length) parts.push(text.slice(done));
  return parts;
}

/** Whether a value has a placeholder in it, whoever may know its provider. */
export function hasPlaceholder(text: string): boolean {
  return textParts(text).some((part) => typeof part !== 'string');
}
