import assert from 'node:assert/strict';
import type { SourceProgress } from '../../connectors/source-progress.ts';
import { RebalanceMeter } from '../health/rebalance-meter.ts';
import { StartupCounts } from '../health/startup-counts.ts';
import { TaskHistory } from '../health/task-history.ts';
import type { WorkerMeasures } from '../health/worker-measures.ts';
import { PipelineMeter } from '../task-host/pipeline-meter.ts';
import { progressReport } from '../task-host/progress-report.ts';
import { noErrors } from '../task-host/record-errors.ts';
import { metricGroups } from './all-metrics.ts';
import { WorkerMetrics } from './worker-metrics.ts';

const source: SourceProgress = {
  plugin: 'postgres',
  server: 'inv',
  phase: 'streaming',
  connected: true,
  reconnect: null,
  position: '1/10',
  confirmed: '1/0',
  head: '1/20',
  lagBytes: 16,
  lagMs: 1500,
  lastEventMs: 1_700_000_000_000,
  lastTransaction: '771',
  transactions: 3,
  changes: { creates: 5, updates: 4, deletes: 3, truncates: 1, filtered: 2 },
  snapshot: {
    state: 'completed',
    rows: 12,
    rowsByTable: [
      { table: 'public.a', rows: 9 },
      { table: 'public.b', rows: 3 },
    ],
    tablesDone: 2,
    bytesDone: 4096,
    bytes: 8192,
    rowsPerSecond: 10,
    estimatedEndMs: null,
    tables: 2,
    startedMs: 1000,
    endedMs: 6000,
  },
  schema: null,
  slot: null,
  incremental: {
    state: 'running',
    signal: 's',
    requestsWaiting: 0,
    tables: 2,
    table: 'public.a',
    rows: 300,
    chunk: { id: 3, from: '200', to: 'no number', tableFrom: null, tableTo: '900', waitingRows: 100 },
  },
  heartbeat: null,
  spool: null,
  readAnew: null,
};

function measures(): WorkerMeasures {
  const meter = new PipelineMeter(() => 1_700_000_000_000);
  const batch = { events: [{ kind: 'heartbeat', timeMs: 1 }] as const, offsets: [], bytes: 100 };
  meter.emitted(batch);
  meter.committed([batch], 7);
  meter.emitted(batch);
  const running = new TaskHistory(0);
  running.entered('running', 0);
  running.loaded({
    connector: { className: 'io.x.Y', version: '1' },
    keyConverter: { className: 'io.k.K', version: '2' },
    valueConverter: { className: 'io.v.V', version: '3' },
    headerConverter: { className: 'io.h.H', version: '4' },
    transforms: [{ alias: 'route', className: 'io.t.T', version: '5' }],
    predicates: [{ alias: 'mine', className: 'io.p.P', version: '6' }],
  });
  const pipeline = {
    figures: { errors: { ...noErrors, skipped: 3 } },
    meter: meter.figures,
    queuedBytes: 0,
    pendingBytes: 50,
    capacityBytes: 1000,
  };
  const task = { run: () => Promise.resolve(), progress: () => source };
  running.reported(progressReport(pipeline, task), 1000);
  const failed = new TaskHistory(0);
  failed.failed({ code: 'HOST_DIED', message: 'm', trace: '', fencing: false, retry: 'automatic' }, 2000);
  failed.entered('waiting', 0);
  failed.waitsFor({ atMs: 9000, attempt: 1, left: 4 });
  const config = { 'connector.class': 'io.x.Y"\\' };
  const at = { now: 2000, epochMs: 1_700_000_000_000 };
  const startups = new StartupCounts();
  startups.ended(true);
  startups.ended(false);
  const meterOfGroup = new RebalanceMeter();
  meterOfGroup.joining(0);
  meterOfGroup.assigned(40);
  meterOfGroup.answered({ call: 'join', sentAt: 0, answeredAt: 30 });
  meterOfGroup.answered({ call: 'sync', sentAt: 30, answeredAt: 40 });
  meterOfGroup.answered({ call: 'heartbeat', sentAt: 1000, answeredAt: 1002 });
  return {
    workerId: 'w:1',
    clientId: 'g',
    now: 2000,
    connectors: [{ name: 'inv', config, version: '1', state: 'running' }],
    tasks: [
      { connector: 'inv', task: 0, config, snapshot: running.snapshot(at, 60_000) },
      { connector: 'inv', task: 1, config, snapshot: failed.snapshot(at, 60_000) },
    ],
    hosts: [{ pid: 7, tasks: ['inv-0'], rssBytes: 4096 }],
    slotsWithoutConnector: [],
    connectorStartups: startups.counts,
    taskStartups: startups.counts,
    rebalance: meterOfGroup.figures(2000),
    session: { generation: 3, leaderUrl: 'http://w:1', work: { connectors: ['inv'], tasks: ['inv-0', 'inv-1'] } },
  };
}

async function textOf(read: () => WorkerMeasures | undefined): Promise<string> {
  const metrics = new WorkerMetrics(read);
  try {
    metrics.request({ method: 'GET', route: '/connectors', status: 200 }, 0.004);
    return await metrics.text();
  } finally {
    metrics.close();
  }
}

describe('the metrics of a worker', () => {
  it('are lines of the text format, each of a metric that was announced with its kind', async () => {
    const lines = (await textOf(measures)).trimEnd().split('\n');
    const announced = new Set<string>();
    for (const line of lines) {
      const type = /^# TYPE (\S+) (gauge|counter|histogram)$/.exec(line)?.[1];
      if (type !== undefined) announced.add(type);
      if (line.startsWith('#') || line === '') continue;
      const [, name = ''] =
        /^([a-zA-Z_:][\w:]*)(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)*\})? (?:-?[\d.e+]+|Nan)$/.exec(line) ?? [];
      assert.ok(announced.has(name.replace(/_(bucket|sum|count)$/, '')) || announced.has(name), line);
    }
  });

  it('have the names of Connect, Debezium and our own, with their labels', async () => {
    const text = await textOf(measures);
    for (const line of [
      'kafka_connect_worker_connector_count 1',
      'kafka_connect_worker_task_count 2',
      'kafka_connect_worker_task_startup_success_percentage 0.5',
      'kafka_connect_worker_connector_failed_task_count{connector="inv"} 1',
      'kafka_connect_worker_rebalance_epoch 3',
      'kafka_connect_worker_rebalance_leader_name{leader_name="http://w:1"} 1',
      'kafka_connect_coordinator_join_total{client_id="g"} 1',
      'kafka_connect_coordinator_join_time_max{client_id="g"} 30',
      'kafka_connect_coordinator_sync_time_avg{client_id="g"} 10',
      'kafka_connect_coordinator_heartbeat_total{client_id="g"} 1',
      'kafka_connect_coordinator_heartbeat_response_time_max{client_id="g"} 2',
      'kafka_connect_coordinator_rebalance_rate_per_hour{client_id="g"} 1',
      'kafka_connect_coordinator_failed_rebalance_rate_per_hour{client_id="g"} 0',
      'kafka_connect_coordinator_last_heartbeat_seconds_ago{client_id="g"} 1',
      'kafka_connect_connector_task_connector_version{connector="inv",task="0",connector_version="1"} 1',
      'kafka_connect_connector_task_task_version{connector="inv",task="0",task_version="1"} 1',
      'kafka_connect_connector_task_key_converter_class{connector="inv",task="0",key_converter_class="io.k.K"} 1',
      'kafka_connect_connector_task_header_converter_version{connector="inv",task="0",header_converter_version="4"} 1',
      'kafka_connect_connector_transform_transform_version{connector="inv",task="0",transform="route",transform_version="5"} 1',
      'kafka_connect_connector_predicate_predicate_class{connector="inv",task="0",predicate="mine",predicate_class="io.p.P"} 1',
      'kafka_connect_connector_status{connector="inv",status="running"} 1',
      'kafka_connect_connector_task_status{connector="inv",task="1",status="failed"} 1',
      'kafka_connect_source_task_source_record_poll_total{connector="inv",task="0"} 2',
      'kafka_connect_source_task_source_record_write_total{connector="inv",task="0"} 1',
      'kafka_connect_source_task_source_record_active_count{connector="inv",task="0"} 1',
      'kafka_connect_task_error_total_records_skipped{connector="inv",task="0"} 3',
      'kafka_connect_task_error_last_error_timestamp{connector="inv",task="1"} 2000',
      'debezium_metrics_MilliSecondsBehindSource{plugin="postgres",name="inv",context="streaming",connector="inv",task="0"} 1500',
      'debezium_metrics_TotalNumberOfEventsSeen{plugin="postgres",name="inv",context="streaming",connector="inv",task="0"} 13',
      'debezium_metrics_TotalNumberOfUpdateEventsSeen{plugin="postgres",name="inv",context="streaming",connector="inv",task="0"} 4',
      'debezium_metrics_NumberOfEventsFiltered{plugin="postgres",name="inv",context="streaming",connector="inv",task="0"} 2',
      'debezium_metrics_RowsScanned{plugin="postgres",name="inv",context="snapshot",connector="inv",task="0",table="public.a"} 9',
      'debezium_metrics_SourceEventPosition{plugin="postgres",name="inv",context="streaming",connector="inv",task="0"} 4294967312',
      'debezium_metrics_TotalNumberOfEventsSeen{plugin="postgres",name="inv",context="snapshot",connector="inv",task="0"} 12',
      'debezium_metrics_SnapshotDurationInSeconds{plugin="postgres",name="inv",context="snapshot",connector="inv",task="0"} 5',
      'debezium_metrics_ChunkFrom{plugin="postgres",name="inv",context="snapshot",connector="inv",task="0"} 200',
      'debezium_metrics_TableTo{plugin="postgres",name="inv",context="snapshot",connector="inv",task="0"} 900',
      'millrace_incremental_waiting_rows{connector="inv",task="0"} 100',
      'millrace_task_lag_bytes{connector="inv",task="0"} 16',
      'millrace_task_truncate_events_total{connector="inv",task="0"} 1',
      'millrace_task_lag_seconds{connector="inv",task="0"} 1.5',
      'millrace_task_next_restart_timestamp_seconds{connector="inv",task="1"} 9',
      'millrace_task_failures_total{connector="inv",task="1",code="HOST_DIED"} 1',
      'millrace_task_host_resident_memory_bytes{pid="7"} 4096',
      'millrace_rest_request_duration_seconds_count{method="GET",route="/connectors",status="200"} 1',
    ])
      assert.ok(text.includes(`\n${line}\n`), `${line}\n\nin\n\n${text}`);
  });

  it('are there before the worker has begun, without what it does not know yet', async () => {
    const text = await textOf(() => undefined);
    assert.match(text, /millrace_rest_request_duration_seconds_count/);
    assert.doesNotMatch(text, /millrace_task_lag_bytes\{/);
  });

  it('forget a task that has gone from the worker', async () => {
    let all: WorkerMeasures = measures();
    const metrics = new WorkerMetrics(() => all);
    assert.match(await metrics.text(), /millrace_task_lag_bytes\{/);
    all = { ...all, tasks: [] };
    assert.doesNotMatch(await metrics.text(), /millrace_task_lag_bytes\{/);
    metrics.close();
  });

  it('are each defined once', () => {
    const names = Object.values(metricGroups).flatMap((group) => group.map(({ name }) => name));
    assert.deepEqual(names.length, new Set(names).size);
  });
});
