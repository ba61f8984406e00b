import type { Revision } from './records/revision-record.ts';

/** The revisions that the config topic holds, per connector in ascending order, of connectors that were deleted too. */
export class RevisionTable {
  readonly #byConnector = new Map<string, Map<number, Revision>>();

  /** Null: it was removed. */
  apply(id: { readonly connector: string; readonly revision: number }, revision: Revision | null): void {
    const { connector, revision: number } = id;
    const known = this.#byConnector.get(connector) ?? new Map<number, Revision>();
    if (revision === null) known.delete(number);
    else known.set(number, revision);
    if (known.size === 0) this.#byConnector.delete(connector);
    else this.#byConnector.set(connector, known);
  }

  of(connector: string): Revision[] {
    return [...(this.#byConnector.get(connector)?.values() ?? [])].sort((a, b) => a.revision - b.revision);
  }

  connectors(): string[] {
    return [...this.#byConnector.keys()];
  }
}
