import assert from 'node:assert/strict';
import { SessionOpener } from '../../connectors/postgres/connection/session-opener.ts';
import { SnapshotHolder } from '../../connectors/postgres/snapshot/snapshot-holder.ts';
import { parseConfig } from '../../connectors/postgres/source-config.ts';
import { servers } from '../support/servers.ts';
import { TestDatabase } from './support/test-database.ts';

describe('a snapshot of PostgreSQL that is held', () => {
  let database: TestDatabase;
  let opener: SessionOpener;
  let holders: SnapshotHolder[] = [];

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    opener = new SessionOpener(parseConfig(database.config({})), 'holder', new AbortController().signal);
    await database.sql('CREATE TABLE item (id int)');
  });

  afterEach(async () => {
    for (const holder of holders) await holder.close();
    holders = [];
    await database.drop();
  });

  const open = async (name: string | null, sees?: string): Promise<SnapshotHolder | undefined> => {
    const holder = await SnapshotHolder.open(await opener.sql(), name, sees);
    if (holder !== undefined) holders.push(holder);
    return holder;
  };
  const count = async (holder: SnapshotHolder | undefined): Promise<unknown> =>
    (await holder?.session.query('SELECT count(*)::int AS rows FROM item'))?.[0]?.['rows'];

  it('is had by its name from its holder, and from there again, and sees the same everywhere', async () => {
    const first = await open(null);
    await database.sql('INSERT INTO item VALUES (1)');
    const second = await open(first?.name ?? '', first?.epoch.sees);
    await first?.close();
    const third = await open(second?.name ?? '', first?.epoch.sees);
    assert.deepEqual([await count(second), await count(third)], [0, 0]);
    assert.deepEqual([second?.epoch.sees, third?.epoch.sees], [first?.epoch.sees, first?.epoch.sees]);
  });

  it('is gone when what has its name sees something else: a restart of the server gives names again', async () => {
    const gone = await open(null);
    await database.sql('INSERT INTO item VALUES (1)');
    const stranger = await open(null);
    assert.equal(await open(stranger?.name ?? '', gone?.epoch.sees), undefined);
    assert.equal(await count(stranger), 1);
  });

  it('is gone with its last holder', async () => {
    const first = await open(null);
    await first?.close();
    assert.equal(await open(first?.name ?? '', first?.epoch.sees), undefined);
  });
});
