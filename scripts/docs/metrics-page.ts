import { metricGroups } from '../../worker/metrics/all-metrics.ts';
import { measuredMetrics } from '../../worker/metrics/worker-metrics.ts';

interface Row {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly kind: string;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, kind, labels, help }) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help.replaceAll('|', '\\|')} |`,
  );
  return ['| name | kind | labels | what it says |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** The page of all metrics. */
export function metricsPage(): string {
  const { connect, debezium, own } = metricGroups;
  return [
    '# Metrics',
    '`GET /metrics` on the REST port of every worker, in the text format of Prometheus. A worker tells of the tasks that it runs: scrape all of them. The figures of tasks come from their hosts once a second; a scrape asks nobody. What to alert on is in [operations.md](operations.md).',
    'Counters of a task begin at 0 with each run of it, averages and maxima are those of the run (Connect: of the last 30 s). A metric without a sample is one of which nothing is known yet.',
    "## Connect's",
    "Names as the usual rules of the JMX exporter give them: `kafka_connect_`, the group without `connect-` in front and `-metrics` behind, and the name, dashes as underscores; tags are labels. What is no number is 1 with the value in a label. Not there, since there is nothing to measure: sink tasks, `poll-batch-…-time-ms` (sources are not polled), `task-class` (tasks have no class of their own), the network metrics of Java's clients. Times of the group's requests are those since the worker started. What a task's code is it says when it starts: class and version of its connector, converters, transforms and predicates are those that its process has loaded.",
    table(connect),
    "## Debezium's",
    'Names and labels as in the JMX exporter rules of the Debezium project: `plugin` is the kind of source, `name` is `topic.prefix`, `context` is `streaming` or `snapshot`; `connector` and `task` are beside them. Texts are numbers here, since a text that changes with each change would be a new series each time. Counters are gauges, as those rules have them, and begin at 0 with each run of the task. Not there, since it is not counted or is text alone: the statistics of `MilliSecondsBehindSource`, `NumberOfUnchangedEventsSkipped`, `QueueTotalCapacity` and `QueueRemainingCapacity` (the queue is bounded in bytes), `CapturedTables`, chunks of snapshots.',
    table(debezium),
    '## Our own',
    table([
      ...own,
      { ...measuredMetrics.requests, kind: 'histogram' },
      { ...measuredMetrics.eventLoop, kind: 'gauge' },
    ]),
  ].join('\n\n');
}
