import assert from 'node:assert/strict';
import { compareChanges, tableDifferences, verdictLine } from '../../scripts/demo/change-ledger.ts';
import { Load } from '../../scripts/demo/load.ts';
import { servers } from '../support/servers.ts';
import { sql } from '../support/test-cluster.ts';
import { startFirst } from './succession/start-first.ts';
import { Succession, type SuccessionOptions } from './succession/succession.ts';

const ROWS = 40_000;
// Small steps, so that the kill comes in the middle.
const slowly = {
  'snapshot.mode': 'initial',
  'max.batch.size': '20',
  'max.queue.size': '40',
  'snapshot.fetch.size': '20',
};

describe('succession of a Java worker that was killed in its initial snapshot', function () {
  this.timeout(240_000);
  let moved: Succession | undefined;
  afterEach(() => moved?.close());

  async function killedAndSucceeded(hook: Mocha.Context, options: SuccessionOptions): Promise<string> {
    moved = new Succession(options);
    const { postgres } = servers();
    await startFirst(hook, moved, {
      extra: slowly,
      prepared: async (table) => {
        await sql(
          postgres,
          `INSERT INTO ${table} SELECT 1000 + n, 1, 'was there', now() FROM generate_series(1, ${ROWS}) n`,
        );
      },
    });
    // The load began after the slot: all of it comes from the log, and rows of the snapshot are told apart by their 'r'.
    await moved.more(1000);
    await moved.java.kill('SIGKILL');
    const before = moved.reader.records.length;
    assert.ok(before < ROWS, 'the snapshot was over');
    await moved.startOurs();
    await moved.reader.until(
      (records) => records.slice(-20).some(({ value }) => value?.includes('"op":"u"') === true),
      90_000,
    );
    const written = await moved.settled();
    const isRead = (value: string): boolean => value.includes('"op":"r"');
    const verdict = compareChanges(
      written,
      moved.deliveredOf((value) => !isRead(value)),
    );
    assert.equal(verdictLine(verdict), 'lost 0, duplicated 0, out of order 0', verdict.examples.join('\n'));
    const table = await Load.tableContents(postgres.address, moved.table);
    assert.deepEqual(tableDifferences(table, moved.delivered), []);
    console.log(
      `      ${before} of ${ROWS} rows were read before the kill; ${moved.deliveredOf(isRead).length} in all`,
    );
    return moved.foundState();
  }

  it('with an offset of the snapshot: ours reads the rows again and streams from the slot, so that the topic becomes the table', async function () {
    assert.equal(await killedAndSucceeded(this, { exactlyOnce: 'enabled' }), 'foreign-snapshot');
  });

  it('before it stored an offset: the same', async function () {
    assert.equal(await killedAndSucceeded(this, { exactlyOnce: 'disabled' }), 'none');
  });
});
