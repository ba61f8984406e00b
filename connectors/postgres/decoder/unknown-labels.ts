import { NULL_FIELD, type RowImage } from '../../row-image.ts';
import type { RelationPlan, Relations } from './relation-plan.ts';

/** A row of a table with columns of enums. */
export interface LabelledRow {
  readonly oid: number;
  readonly enums: RelationPlan['enums'];
  readonly row: RowImage;
}

/**
 * Whether the catalog has to be asked for a label in the row: one that was added since it was asked last, which no Relation message
 * tells.
 */
export function asksForLabel({ oid, enums, row: { bytes, fields, at } }: LabelledRow, relations: Relations): boolean {
  for (const { column, labels } of enums) {
    const start = fields[at + 2 * column] ?? 0;
    const length = fields[at + 2 * column + 1] ?? NULL_FIELD;
    if (length < 0 || labels.some((label) => isAt(bytes, start, length, label))) continue;
    if (relations.askLabel(oid, bytes.toString('utf8', start, start + length))) return true;
  }
  return false;
}

function isAt(bytes: Buffer, start: number, length: number, label: Buffer): boolean {
  return length === label.length && bytes.compare(label, 0, length, start, start + length) === 0;
}
