import { spawn } from 'node:child_process';
import pg from 'pg';
import type { PostgresAddress } from '../scripts/stack/postgres-server.ts';

/** What the server's sender alone can do: `pg_recvlogical` reads the slot into nowhere. A sentence for the report. */
export async function serverLimit(address: PostgresAddress, slot: string, rows: number): Promise<string> {
  const client = new pg.Client(address);
  await client.connect();
  const { rows: end } = await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  await client.end();
  const args = ['-h', address.host, '-p', String(address.port), '-U', address.user, '-d', address.database];
  args.push('--slot', slot, '--start', '--no-loop', '-f', '/dev/null', `--endpos=${end[0]?.lsn ?? ''}`);
  args.push('-o', 'proto_version=1', '-o', `publication_names=${slot}`);
  const begin = performance.now();
  const ended = Promise.withResolvers<string | undefined>();
  const child = spawn('pg_recvlogical', args, {
    env: { ...process.env, PGPASSWORD: address.password },
    stdio: 'ignore',
  });
  child.once('error', (error) => ended.resolve(error.message));
  child.once('exit', (code) =>
    ended.resolve(code === 0 ? undefined : `pg_recvlogical ended with ${code ?? 'a signal'}`),
  );
  const problem = await ended.promise;
  if (problem !== undefined) return `not measured (${problem})`;
  const seconds = (performance.now() - begin) / 1000;
  return `${Math.round(rows / seconds).toLocaleString('en')} rows/s (pg_recvlogical to /dev/null)`;
}
