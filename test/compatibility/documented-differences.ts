/** The rows of the table of differences in docs/rest.md, which begins with this heading. */
const heading = /^\| difference +\| reason +\|$/;

/** Id and reason of each row, as text without padding. */
export function documentedDifferences(page: string): [id: string, reason: string][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => heading.test(line));
  const rows: [string, string][] = [];
  for (const line of start < 0 ? [] : lines.slice(start + 2)) {
    const [, id, reason] = /^\| `([\w-]+)` +\| (.+?) +\|$/.exec(line) ?? [];
    if (id === undefined || reason === undefined) break;
    rows.push([id, reason]);
  }
  return rows;
}
