import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { sql } from './test-cluster.ts';

export interface FoldedOptions {
  /** The largest id that will be seen. */
  readonly endId: number;
  /** A later snapshot may show again what the topic has; a change never does. */
  readonly snapshotsRepeat: boolean;
}

/** What consumers know of a table (id, version, …): the newest version by id, 0: gone; and every version that came after a newer one. */
export class FoldedVersions {
  readonly versions: Int32Array;
  readonly wrong: string[] = [];
  readonly #snapshotsRepeat: boolean;
  snapshotRows = 0;
  count = 0;

  constructor({ endId, snapshotsRepeat }: FoldedOptions) {
    this.versions = new Int32Array(endId + 1);
    this.#snapshotsRepeat = snapshotsRepeat;
  }

  take(key: string | null, value: string | null): void {
    this.count += 1;
    const id = Number(/"id":(\d+)/.exec(key ?? '')?.[1]);
    if (value === null) return;
    const op = /"op":"(\w)"/.exec(value)?.[1] ?? '';
    if (op === 'r') this.snapshotRows += 1;
    const after = value.indexOf('"after":{');
    const version = after < 0 ? 0 : Number(/"version":(\d+)/.exec(value.slice(after))?.[1]);
    const known = this.versions[id] ?? 0;
    const repeats = version === known && !(this.#snapshotsRepeat && op === 'r');
    if (version !== 0 && (version < known || repeats)) this.wrong.push(`${op} of ${id}: ${version} after ${known}`);
    this.versions[id] = version;
  }

  /** Where the table is not what consumers know of it; at most five places. */
  async differences(postgres: PostgresServer, table: string): Promise<string[]> {
    const rows = await sql(postgres, `SELECT id, version FROM ${table}`);
    const found: string[] = [];
    for (const { id, version } of rows) {
      const known = this.versions[Number(id)];
      if (known !== version)
        found.push(`${String(id)}: ${String(version)} in the table, ${String(known)} in the topic`);
    }
    const kept = this.versions.filter((version) => version !== 0).length;
    if (kept !== rows.length) found.push(`${kept} rows in the topic, ${rows.length} in the table`);
    return found.slice(0, 5);
  }
}
