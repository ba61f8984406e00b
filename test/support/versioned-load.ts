import type pg from 'pg';

const UPDATES_PER_STATEMENT = 20;
const STATEMENT_EVERY_MS = 10;

/**
 * 2,000 changes a second, spread over a table (id, version, …) that begins with the ids 1 to `rows`: updates, each raising the version,
 * some of them of keys (to id + `rows`), and deletions.
 */
export class VersionedLoad {
  readonly #client: pg.Client;
  readonly #rows: number;
  #stopping = false;
  #running: Promise<void> | undefined;
  statements = 0;

  constructor(client: pg.Client, rows: number) {
    this.#client = client;
    this.#rows = rows;
  }

  start(table: string): void {
    this.#running = this.#run(table);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  async #run(table: string): Promise<void> {
    const rows = this.#rows;
    let next = performance.now();
    while (!this.#stopping) {
      this.statements += 1;
      const ids = Array.from({ length: UPDATES_PER_STATEMENT }, () => 1 + Math.floor(Math.random() * rows));
      if (this.statements % 50 === 0)
        await this.#client.query(
          `UPDATE ${table} SET id = id + ${rows}, version = version + 1 WHERE id = ANY ($1) AND id <= ${rows}`,
          [ids.slice(0, 3)],
        );
      else if (this.statements % 50 === 25)
        await this.#client.query(`DELETE FROM ${table} WHERE id = ANY ($1)`, [ids.slice(0, 3)]);
      else await this.#client.query(`UPDATE ${table} SET version = version + 1 WHERE id = ANY ($1)`, [ids]);
      next = Math.max(next + STATEMENT_EVERY_MS, performance.now() - 500);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
    }
  }
}
