import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';
import { scrape, seriesOf } from './support/scrape.ts';

/** A lost membership on a busy machine would be another round than those that a test makes. */
const properties = { 'session.timeout.ms': '60000' };

/** Asks a worker until its metrics say exactly this; the error shows what they said last. */
async function untilMetrics(url: string, expected: Readonly<Record<string, number>>): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    const found = seriesOf(await scrape(url), Object.keys(expected));
    if (Object.entries(expected).every(([name, value]) => found[name] === value)) return;
    if (performance.now() > end) assert.deepEqual(found, expected);
    await delay(100);
  }
}

describe('the metrics of a worker on real servers', () => {
  it('count changes by operation, the filtered and the snapshot apart, and name the code that a task runs', async () => {
    const { postgres } = servers();
    const cluster = await TestCluster.start({ properties });
    const name = uniqueName('counted');
    const [table, other] = [`t_${name}`, `u_${name}`];
    try {
      await sql(postgres, `CREATE TABLE ${table} (id int PRIMARY KEY, v int)`);
      await sql(postgres, `CREATE TABLE ${other} (id int PRIMARY KEY)`);
      await sql(postgres, `INSERT INTO ${table} SELECT i, 0 FROM generate_series(1, 3) AS i`);
      await sql(postgres, `CREATE PUBLICATION ${name} FOR TABLE ${table}, ${other}`);
      const config = tableConnector(postgres, name, table, {
        'publication.autocreate.mode': 'disabled',
        'snapshot.mode': 'initial',
        'skipped.operations': 'none',
        transforms: 'route',
        'transforms.route.type': 'org.apache.kafka.connect.transforms.RegexRouter',
        'transforms.route.regex': '(.*)',
        'transforms.route.replacement': '$1-elsewhere',
        'transforms.route.predicate': 'none',
        predicates: 'none',
        'predicates.none.type': 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
        'predicates.none.pattern': 'no-such-topic',
      });
      await cluster.client.create(name, config);
      const task = `connector="${name}",task="0"`;
      const debezium = (metric: string, context: string): string =>
        `debezium_metrics_${metric}{plugin="postgres",name="${name}",context="${context}",${task}}`;
      // Before its table is truncated: the snapshot would find nothing to read any more.
      await untilMetrics(cluster.url, { [debezium('SnapshotCompleted', 'snapshot')]: 1 });
      await sql(postgres, `INSERT INTO ${table} SELECT i, 0 FROM generate_series(4, 8) AS i`);
      await sql(postgres, `UPDATE ${table} SET v = 1 WHERE id <= 3`);
      await sql(postgres, `INSERT INTO ${other} SELECT i FROM generate_series(1, 4) AS i`);
      await sql(postgres, `DELETE FROM ${table} WHERE id <= 2`);
      await sql(postgres, `TRUNCATE ${table}`);
      await untilMetrics(cluster.url, {
        [debezium('TotalNumberOfEventsSeen', 'streaming')]: 15,
        [debezium('TotalNumberOfCreateEventsSeen', 'streaming')]: 9,
        [debezium('TotalNumberOfUpdateEventsSeen', 'streaming')]: 3,
        [debezium('TotalNumberOfDeleteEventsSeen', 'streaming')]: 2,
        [debezium('NumberOfEventsFiltered', 'streaming')]: 4,
        [debezium('NumberOfErroneousEvents', 'streaming')]: 0,
        [debezium('NumberOfCommittedTransactions', 'streaming')]: 5,
        [`millrace_task_truncate_events_total{${task}}`]: 1,
        [`kafka_connect_source_task_source_record_write_total{${task}}`]: 14,
        [debezium('TotalNumberOfEventsSeen', 'snapshot')]: 3,
        [debezium('RowsScanned', 'snapshot').replace('}', `,table="public.${table}"}`)]: 3,
        [debezium('TotalTableCount', 'snapshot')]: 1,
        [debezium('RemainingTableCount', 'snapshot')]: 0,
        [debezium('SnapshotSkipped', 'snapshot')]: 0,
      });
      const scraped = await scrape(cluster.url);
      const named = (metric: string): string[] =>
        [...scraped.keys()].filter((series) => series.startsWith(`kafka_connect_connector_${metric}{${task},`));
      assert.match(named('task_connector_version').join(), /connector_version="\d+\.\d+\.\d+"/);
      assert.match(named('task_task_version').join(), /task_version="\d+\.\d+\.\d+"/);
      assert.match(named('task_value_converter_class').join(), /"org\.apache\.kafka\.connect\.json\.JsonConverter"/);
      assert.match(named('task_header_converter_version').join(), /header_converter_version="4\.1\.\d"/);
      assert.match(named('transform_transform_version').join(), /transform="route",transform_version="4\.1\.\d"/);
      assert.match(named('predicate_predicate_class').join(), /predicate="none",predicate_class=".*TopicNameMatches"/);
    } finally {
      await cluster.client.delete(name).catch(() => undefined);
      await cluster.close();
    }
  });

  it('count the requests to the group and its rounds exactly, while a worker joins and leaves', async () => {
    const cluster = await TestCluster.start({ properties });
    /** The counts of a worker that has been through so many rounds, in that generation. */
    const after = async (url: string, rounds: number, generation: number): Promise<void> => {
      const scraped = await scrape(url);
      const clientId =
        /^kafka_connect_coordinator_join_total(\{.*\})$/m.exec([...scraped.keys()].join('\n'))?.[1] ?? '';
      const coordinator = (metric: string): string => `kafka_connect_coordinator_${metric}${clientId}`;
      await untilMetrics(url, {
        [coordinator('join_total')]: rounds,
        [coordinator('sync_total')]: rounds,
        [coordinator('rebalance_total')]: rounds,
        [coordinator('rebalance_rate_per_hour')]: rounds,
        [coordinator('failed_rebalance_total')]: 0,
        [coordinator('failed_rebalance_rate_per_hour')]: 0,
        kafka_connect_worker_rebalance_completed_rebalances_total: rounds,
        kafka_connect_worker_rebalance_rebalancing: 0,
        kafka_connect_worker_rebalance_epoch: generation,
      });
      const now = await scrape(url);
      const value = (metric: string): number => now.get(coordinator(metric)) ?? NaN;
      assert.ok(value('heartbeat_total') >= rounds, 'every round begins with a heartbeat');
      for (const positive of ['heartbeat_rate', 'heartbeat_response_time_max', 'join_time_avg', 'sync_time_max'])
        assert.ok(value(positive) > 0, `${positive} is ${value(positive)}`);
      assert.ok(value('join_time_max') >= value('join_time_avg'));
      assert.ok(value('rebalance_latency_max') >= value('join_time_max'), 'a round is longer than its join');
      assert.ok(value('last_heartbeat_seconds_ago') < 60);
    };
    try {
      await after(cluster.url, 1, 1);
      const second = await cluster.add();
      await after(second.url, 1, 2);
      await after(cluster.url, 2, 2);
      await second.kill('SIGTERM');
      await after(cluster.url, 3, 3);
    } finally {
      await cluster.close();
    }
  });
});
