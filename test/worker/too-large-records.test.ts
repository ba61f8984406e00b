import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createTopics } from '../kafka/sender-fixture.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';
import { until } from './support/counter-cluster.ts';

// 48 kB, more than the 20 kB that the topic takes.
const LARGE = `(SELECT 'CONFIDENTIAL' || string_agg(md5(i::text), '') FROM generate_series(1, 1500) i)`;

for (const support of ['enabled', 'disabled'])
  describe(`rows that are too large for Kafka, exactly.once.source.support=${support}`, () => {
    let cluster: TestCluster;

    before(async () => {
      cluster = await TestCluster.start({ properties: { 'exactly.once.source.support': support } });
    });

    after(() => cluster.close());

    /** A running connector of a table of its own, whose topic takes 20 kB; the name is that of both. */
    async function start(settings: Readonly<Record<string, string>>): Promise<{ name: string; topic: string }> {
      const { kafka, postgres } = servers();
      const name = uniqueName('wide');
      const topic = `${name}.public.${name}`;
      await sql(postgres, `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`);
      await sql(postgres, `ALTER TABLE ${name} REPLICA IDENTITY FULL`);
      await createTopics(kafka.bootstrap, { [topic]: 1 }, { 'max.message.bytes': '20000' });
      await cluster.client.create(name, tableConnector(postgres, name, name, settings));
      await cluster.client.untilRunning(name, 40_000);
      return { name, topic };
    }

    async function metric(name: string, connector: string): Promise<number | undefined> {
      const text = await (await fetch(`${cluster.url}/metrics`)).text();
      const found = new RegExp(`^kafka_connect_task_error_${name}\\{.*connector="${connector}".*\\} (\\d+)`, 'm').exec(
        text,
      );
      return found?.[1] === undefined ? undefined : Number(found[1]);
    }

    it('are skipped one by one with errors.tolerance=all; the rest arrives once and in order, and the offsets move on', async () => {
      const { kafka, postgres } = servers();
      const { name, topic } = await start({ 'errors.tolerance': 'all', 'errors.log.enable': 'true' });
      const reader = await RecordReader.open(kafka.bootstrap, topic);
      try {
        await sql(postgres, `INSERT INTO ${name} VALUES (1, 'a'), (2, ${LARGE}), (3, 'c')`);
        await sql(postgres, `UPDATE ${name} SET id = 4, note = ${LARGE} WHERE id = 3`);
        await sql(postgres, `DELETE FROM ${name} WHERE id = 2`);
        await sql(postgres, `INSERT INTO ${name} VALUES (5, 'e')`);
        await reader.until((found) => found.some(({ key }) => key === '{"id":5}'), 60_000);
        await until(async () => (await metric('total_records_skipped', name)) === 3, 30_000, 'three skipped records');
        assert.equal(await metric('total_errors_logged', name), 3);
        // What was read before is not read again: no offset stands before a record that was skipped.
        const restart = await fetch(`${cluster.url}/connectors/${name}/restart?includeTasks=true`, { method: 'POST' });
        assert.equal(restart.ok, true);
        await until(async () => (await metric('total_records_skipped', name)) === 0, 60_000, 'a new run');
        await sql(postgres, `INSERT INTO ${name} VALUES (6, 'f')`);
        const records = await reader.until((found) => found.some(({ key }) => key === '{"id":6}'), 60_000);
        assert.deepEqual(
          records.map(({ key, value }) => `${key ?? 'null'} ${/"op":"(.)"/.exec(value ?? '')?.[1] ?? 'tombstone'}`),
          [
            '{"id":1} c',
            '{"id":3} c',
            '{"id":3} d', // the key changed; the record under the new one is too large
            '{"id":3} tombstone',
            '{"id":2} tombstone', // the deletion itself carries the row and is too large
            '{"id":5} c',
            '{"id":6} c',
          ],
        );
        assert.equal(await metric('total_records_skipped', name), 0);
        const log = await readFile(cluster.workers[0]?.logFile ?? '', 'utf8');
        const lines = log.split('\n').filter((line) => line.includes(`in task ${name}-0`));
        assert.equal(lines.length, 3);
        for (const part of ['KAFKA_PRODUCE', 'max.message.bytes of 20000', topic])
          for (const line of lines) assert.ok(line.includes(part), `${part} in ${line}`);
        assert.doesNotMatch(log, /CONFIDENTIAL/);
      } finally {
        await reader.close();
        await cluster.client.delete(name);
      }
    });

    it('end the task with topic, size and limit without it', async () => {
      const { name, topic } = await start({});
      await sql(servers().postgres, `INSERT INTO ${name} VALUES (1, ${LARGE})`);
      const task = async () => (await cluster.client.status(name))?.tasks[0];
      await until(async () => (await task())?.state === 'FAILED', 60_000, 'FAILED');
      const trace = (await task())?.trace ?? '';
      assert.match(
        trace,
        new RegExp(`^RECORD_TOO_LARGE.*topic ${topic}, partition 0 takes \\d+ bytes.* of 20000 bytes`),
      );
      assert.doesNotMatch(trace, /CONFIDENTIAL/);
      await cluster.client.delete(name);
    });
  });
