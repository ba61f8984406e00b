import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { WorkerMeasures } from '../health/worker-measures.ts';
import { metricGroups } from './all-metrics.ts';
import type { MetricDefinition } from './metric-definition.ts';

/** Measured where it happens rather than read off at a scrape. */
export const measuredMetrics = {
  requests: {
    name: 'millrace_rest_request_duration_seconds',
    help: 'Duration of REST requests, by route; a path that is none is `other`.',
    labels: ['method', 'route', 'status'],
  },
  eventLoop: {
    name: 'millrace_event_loop_lag_seconds',
    help: 'How late the event loop of the worker was since the last scrape; heartbeats are sent from it.',
    labels: ['quantile'],
  },
} as const;

const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90];
/** How often the event loop is looked at. */
const resolutionMs = 10;

/** The metrics of one worker in a registry of its own: two workers in one process share nothing. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #read: readonly ((measures: WorkerMeasures) => void)[];
  readonly #requests: Histogram;
  readonly #eventLoop: Gauge;
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #measures: () => WorkerMeasures | undefined;

  /** `measures`: undefined while the worker starts. */
  constructor(measures: () => WorkerMeasures | undefined) {
    this.#measures = measures;
    this.#read = Object.values(metricGroups).flatMap((group) => group.map((definition) => this.#define(definition)));
    const registers = [this.#registry];
    const { requests, eventLoop } = measuredMetrics;
    this.#requests = new Histogram({ ...requests, labelNames: requests.labels, buckets, registers });
    this.#eventLoop = new Gauge({ ...eventLoop, labelNames: eventLoop.labels, registers });
    this.#delay.enable();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  request(labels: { readonly method: string; readonly route: string; readonly status: number }, seconds: number): void {
    this.#requests.observe(labels, seconds);
  }

  /** The metrics of now in Prometheus' text format. */
  async text(): Promise<string> {
    const measures = this.#measures();
    if (measures !== undefined) for (const read of this.#read) read(measures);
    this.#readEventLoop();
    return this.#registry.metrics();
  }

  close(): void {
    this.#delay.disable();
  }

  #define({ name, help, kind, labels, samples }: MetricDefinition): (measures: WorkerMeasures) => void {
    const configuration = { name, help, labelNames: labels, registers: [this.#registry] };
    // Both are written anew at every scrape, so that what has gone from the worker goes from its metrics.
    if (kind === 'gauge') {
      const gauge = new Gauge(configuration);
      return (measures) => {
        gauge.reset();
        for (const sample of samples(measures)) gauge.set(sample.labels, sample.value);
      };
    }
    const counter = new Counter(configuration);
    return (measures) => {
      counter.reset();
      for (const sample of samples(measures)) counter.inc(sample.labels, sample.value);
    };
  }

  #readEventLoop(): void {
    // The histogram holds whole intervals, in nanoseconds; a sample that was not late is one resolution long.
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
    const delay = this.#delay;
    if (delay.count === 0) return;
    for (const quantile of [50, 99])
      this.#eventLoop.set({ quantile: String(quantile / 100) }, late(delay.percentile(quantile)));
    this.#eventLoop.set({ quantile: '1' }, late(delay.max));
    delay.reset();
  }
}
