import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { ChaosLoad } from '../../scripts/chaos/chaos-load.ts';
import { SeededRandom } from '../../scripts/testing/seeded-random.ts';
import { TableLedger } from '../../scripts/chaos/table-ledger.ts';
import { Load } from '../../scripts/demo/load.ts';
import { servers } from '../support/servers.ts';

const KEYS = 300;

describe('the load of chaos', () => {
  it('knows what was committed after crashes of the database, which gives lost transaction ids to others', async () => {
    const postgres = await servers().stack.start('postgres', { as: 'postgres-chaos-load' });
    const loads = [1, 2, 3, 4].map((seed) => {
      const tables = [1, 2].map((table) => new TableLedger(`load${seed}_${table}`, ''));
      const random = new SeededRandom(seed);
      const { address } = postgres;
      return { tables, load: new ChaosLoad({ address, tables, transactionsPerSecond: 200, random, bigRows: 50 }) };
    });
    try {
      for (const { load } of loads) await load.prepare(0);
      for (const signal of ['SIGKILL', 'SIGQUIT', 'SIGKILL', 'SIGQUIT'] as const) {
        for (const { load } of loads) load.start();
        await Promise.all(loads.map(({ load }) => more(load, 200)));
        await postgres.kill(signal);
        await postgres.restart();
        for (const { load } of loads) await load.stop();
        for (const { table, row } of loads.flatMap(({ tables }) => tables.map(rowsOf))) {
          const found = await Load.tableContents(postgres.address, table);
          for (let id = 0; id < KEYS; id += 1) assert.equal(found.get(String(id)), row(id), `${table}, key ${id}`);
        }
      }
    } finally {
      for (const { load } of loads) await load.close();
      await postgres.close();
    }
  });
});

function rowsOf(ledger: TableLedger): { table: string; row: (id: number) => number | undefined } {
  return {
    table: ledger.table,
    row: (id) => (ledger.row(id).alive ? ledger.row(id).version : undefined),
  };
}

/** Until so many more changes are committed. */
async function more(load: ChaosLoad, count: number): Promise<void> {
  const goal = load.committed + count;
  while (load.committed < goal) await delay(10);
}
