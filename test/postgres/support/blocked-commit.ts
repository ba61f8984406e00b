import type pg from 'pg';
import { until, type TestDatabase } from './test-database.ts';

/** A commit that is in the log, and waits for a standby that there is not: nobody sees it until it is released. */
export async function blockedCommit(
  database: TestDatabase,
  client: pg.Client,
  id = 7,
): Promise<{ release: () => Promise<void> }> {
  await database.sql('SET synchronous_commit = local');
  const pid = String((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid);
  await client.query('BEGIN');
  await client.query('UPDATE item SET version = version + 1 WHERE id = $1', [id]);
  await database.sql(`ALTER SYSTEM SET synchronous_standby_names = 'nobody'`);
  await database.sql('SELECT pg_reload_conf()');
  await commitsWait(database);
  const committed = client.query('COMMIT');
  await until(() => waitsForStandby(database, pid), 'the commit waits');
  return {
    release: async () => {
      await database.sql('ALTER SYSTEM RESET synchronous_standby_names');
      await database.sql('SELECT pg_reload_conf()');
      await committed;
    },
  };
}

async function waitsForStandby(database: TestDatabase, pid: string): Promise<boolean> {
  const query = `SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'SyncRep'`;
  return (await database.value(query, [pid])) === '1';
}

/** The setting has reached whoever decides about it (the checkpointer) when a commit is seen waiting. */
async function commitsWait(database: TestDatabase): Promise<void> {
  const probe = await database.session();
  const pid = String((await probe.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid);
  const waits = async (round: number): Promise<boolean> => {
    const probed = { isDone: false };
    const done = probe.query(`CREATE TABLE probe_${round} ()`).then(() => (probed.isDone = true));
    const isKnown = async (): Promise<boolean> => probed.isDone || waitsForStandby(database, pid);
    await until(isKnown, 'a commit ends or waits');
    if (probed.isDone) return false;
    // A wait that is cancelled ends with a warning, and the commit stands.
    await database.sql('SELECT pg_cancel_backend($1)', [Number(pid)]);
    await done;
    return true;
  };
  for (let round = 0; !(await waits(round)); round += 1);
  await probe.end();
}
