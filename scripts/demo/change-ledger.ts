/** One change of one row: versions of a key only grow, and a delete comes after the version it deletes. */
export interface Change {
  readonly key: string;
  readonly version: number;
  readonly op: 'c' | 'u' | 'd';
}

/** What a comparison found; all three are 0 when everything arrived exactly once and in order. */
export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  /** The first few findings, for the person who has to look. */
  readonly examples: readonly string[];
}

const EXAMPLES = 10;

function identity(change: Change): string {
  return `${change.key}/${change.version}/${change.op === 'd' ? 'd' : 'w'}`;
}

/** Place of a change among those of its key. */
function rank(change: Change): number {
  return 2 * change.version + (change.op === 'd' ? 1 : 0);
}

/**
 * Holds what was committed in the source against what a reader saw. Lost: committed, never delivered; duplicated:
 * delivered more than once, or never committed; out of order: the version of a key falls.
 */
export function compareChanges(written: Iterable<Change>, delivered: Iterable<Change>): Verdict {
  const missing = new Set<string>();
  for (const change of written) missing.add(identity(change));
  const newest = new Map<string, number>();
  const examples: string[] = [];
  const note = (text: string): void => {
    if (examples.length < EXAMPLES) examples.push(text);
  };
  let duplicated = 0;
  let outOfOrder = 0;
  for (const change of delivered) {
    const id = identity(change);
    if (!missing.delete(id)) {
      duplicated += 1;
      note(`delivered again or never committed: ${id}`);
    } else if (rank(change) < (newest.get(change.key) ?? -1)) {
      outOfOrder += 1;
      note(`after a newer one: ${id}`);
    }
    newest.set(change.key, Math.max(rank(change), newest.get(change.key) ?? -1));
  }
  for (const id of missing) note(`never delivered: ${id}`);
  return { lost: missing.size, duplicated, outOfOrder, examples };
}

/** The line that the demo and the long tests end with. */
export function verdictLine({ lost, duplicated, outOfOrder }: Verdict): string {
  return `lost ${lost}, duplicated ${duplicated}, out of order ${outOfOrder}`;
}

export function isClean({ lost, duplicated, outOfOrder }: Verdict): boolean {
  return lost === 0 && duplicated === 0 && outOfOrder === 0;
}

/** What folding looks at; whatever is no delete sets the row. */
type FoldedRow = Pick<Change, 'key' | 'version'> & { readonly op: string };

/** The topic folded by key must be the table (key to version); where it is not, a line for each key. */
export function tableDifferences(table: ReadonlyMap<string, number>, delivered: Iterable<FoldedRow>): string[] {
  const folded = new Map<string, number>();
  for (const change of delivered) {
    if (change.op === 'd') folded.delete(change.key);
    else folded.set(change.key, change.version);
  }
  const differing: string[] = [];
  for (const key of new Set([...table.keys(), ...folded.keys()]))
    if (table.get(key) !== folded.get(key))
      differing.push(
        `key ${key}: version ${table.get(key) ?? 'none'} in the table, ${folded.get(key) ?? 'none'} in the topic`,
      );
  return differing;
}
