import type { RowChange } from '../../../connectors/change-event.ts';
import { fieldText } from '../../../connectors/row-image.ts';

/** What consumers know of a table by its first column, the key, and every version (second column) that came after a newer one. */
export function foldedRows(changes: readonly RowChange[]): {
  readonly rows: Map<string, number>;
  readonly fallen: string[];
} {
  const rows = new Map<string, number>();
  const newest = new Map<string, number>();
  const fallen: string[] = [];
  for (const { op, before, after } of changes) {
    const key = (image: typeof after): string => (image === null ? '' : String(fieldText(image, 0)));
    if (before !== null && key(before) !== key(after)) rows.delete(key(before));
    if (after === null) continue;
    const version = Number(fieldText(after, 1));
    if (version < (newest.get(key(after)) ?? 0)) fallen.push(`${op} of ${key(after)}: ${version}`);
    newest.set(key(after), version);
    rows.set(key(after), version);
  }
  return { rows, fallen };
}
