import { z } from 'zod';
import { providerSpecs } from '../providers/provider-settings.ts';
import { logLevelNames } from '../log-levels.ts';
import { sourceProgress } from './source-progress-message.ts';

/** Kafka client settings (Connect's keys without prefix), ready for `clientOptions`. */
const clientConfig = z.record(z.string(), z.string());

/** Everything a task host needs to run one task; nothing else reaches it. */
export const taskOrder = z.object({
  /** Unique per start of a task in the cluster's life: `<generation>-<counter>-<worker>`; part of the application name. */
  incarnation: z.string(),
  connector: z.string(),
  task: z.number(),
  groupId: z.string(),
  /** The worker's configuration providers: the host resolves the placeholders of the two configurations below when a run begins. */
  providers: providerSpecs,
  /** The environment variables of the worker that placeholders name. */
  environment: z.record(z.string(), z.string()),
  /** The connector's whole configuration: converters, format and topic creation are read from it. */
  connectorConfig: z.record(z.string(), z.string()),
  taskConfig: z.record(z.string(), z.string()),
  /** Worker's defaults for converters: `key.converter`, `value.converter` and their settings. */
  workerConverters: z.record(z.string(), z.string()),
  exactlyOnce: z.boolean(),
  /** Default of transaction.boundary.interval.ms. */
  offsetFlushIntervalMs: z.number().optional(),
  /** Producer settings: framework defaults, then the worker's `producer.*`, then `producer.override.*`. */
  producerConfig: clientConfig,
  adminConfig: clientConfig,
  offsetsTopic: z.string(),
  /** For connectors with an offsets topic of their own: how such topics are created and read. */
  offsetStorage: z
    .object({
      brokers: z.string(),
      partitions: z.number(),
      replicationFactor: z.number(),
      settings: z.record(z.string(), z.string()),
      /** The worker's `consumer.*` settings. */
      consumer: clientConfig,
    })
    .optional(),
  topicCreation: z.boolean(),
  paused: z.boolean(),
  /** The worker's `plugin.path`, where it has one. */
  pluginPath: z.array(z.string()).optional(),
});
export type TaskOrder = z.infer<typeof taskOrder>;

/** Key and value of a stored offset as text; null: it was forgotten. */
const offsetChange = z.tuple([z.string(), z.string().nullable()]);
export type OffsetChange = z.infer<typeof offsetChange>;

/** Worker to task host. `id` is `<connector>-<task>`; monotonic times are CLOCK_MONOTONIC milliseconds, shared by processes of one machine. */
export const toHost = z.discriminatedUnion('type', [
  /** Writing is allowed until `sentAt + validMs`; each good heartbeat of the group member sends one. */
  z.object({ type: z.literal('lease'), sentAt: z.number(), validMs: z.number() }),
  /** The level of every logger; sent at the start of the host and after each change. */
  z.object({ type: z.literal('log-levels'), levels: z.record(z.string(), z.enum(logLevelNames)) }),
  /** Classes of connectors whose tasks may come: their code is loaded before they do. */
  z.object({ type: z.literal('preload'), classes: z.array(z.string()) }),
  z.object({ type: z.literal('start'), id: z.string(), order: taskOrder }),
  /** Answer to `fenced`: the task may go on. */
  z.object({ type: z.literal('proceed'), id: z.string(), incarnation: z.string() }),
  z.object({
    type: z.literal('offset'),
    id: z.string(),
    request: z.number(),
    value: z.string().nullable(),
    error: z.string().optional(),
  }),
  /** Offsets that a task watches: all of them before the answer to `watch-offsets`, then each change. */
  z.object({
    type: z.literal('offsets-changed'),
    id: z.string(),
    watch: z.number(),
    changes: z.array(offsetChange).readonly(),
  }),
  /** Answer to `copy-offsets`: the worker's topic has them. */
  z.object({ type: z.literal('copied'), id: z.string(), request: z.number(), error: z.string().optional() }),
  /** From an operator, for the task; answered by `signalled`. */
  z.object({
    type: z.literal('signal'),
    id: z.string(),
    request: z.number(),
    signal: z.object({ id: z.string(), type: z.string(), data: z.string().nullable() }),
  }),
  z.object({ type: z.literal('pause'), id: z.string() }),
  z.object({ type: z.literal('resume'), id: z.string() }),
  /** End the task: commit what is read within `graceMs`, then abort the rest. `quiet`: close at once without committing. */
  z.object({ type: z.literal('stop'), id: z.string(), graceMs: z.number(), quiet: z.boolean() }),
]);
export type ToHost = z.infer<typeof toHost>;

const failure = z.object({
  code: z.string(),
  message: z.string(),
  trace: z.string(),
  /** Fencing codes and broken leases do not say who is the zombie: no status is written, the herder decides (algorithms, take-over). */
  fencing: z.boolean(),
  retry: z.enum(['automatic', 'after-help', 'never']),
});
export type TaskFailure = z.infer<typeof failure>;

const errors = z.object({
  failures: z.number(),
  errors: z.number(),
  skipped: z.number(),
  retries: z.number(),
  logged: z.number(),
  lastErrorMs: z.number().nullable(),
});

const epochMs = z.number().nullable();

/** Counted since the run of the task began. Times are epoch milliseconds. */
export const taskProgress = z.object({
  /** Events handed over by the source, and those that Kafka has acknowledged. */
  polled: z.number(),
  records: z.number(),
  /** Bytes of the source behind the acknowledged events. */
  bytes: z.number(),
  transactions: z.number(),
  lastPollMs: epochMs,
  lastRecordMs: epochMs,
  lastAckMs: epochMs,
  lastCommitMs: epochMs,
  /** Waiting to be encoded. */
  queuedBytes: z.number(),
  /** Handed over and not acknowledged, those waiting included; the source pauses at `capacityBytes`. */
  pendingBytes: z.number(),
  /** Records that could not be converted, as in Connect's task-error-metrics. */
  errors,
  capacityBytes: z.number(),
  batches: z.number(),
  batchSizeMax: z.number(),
  activeMax: z.number(),
  commitFailures: z.number(),
  commitTimeTotalMs: z.number(),
  commitTimeMaxMs: z.number(),
  transactionSizeMin: z.number().nullable(),
  transactionSizeMax: z.number().nullable(),
  /** Null for a connector that says nothing of its source. */
  source: sourceProgress.nullable(),
});
export type TaskProgress = z.infer<typeof taskProgress>;

const pluginName = z.object({ className: z.string(), version: z.string() });
const aliasedPlugin = pluginName.extend({ alias: z.string() });

/** The code that a run of a task uses, as the host has loaded it. */
const taskPlugins = z.object({
  connector: pluginName,
  keyConverter: pluginName,
  valueConverter: pluginName,
  headerConverter: pluginName,
  transforms: z.array(aliasedPlugin),
  predicates: z.array(aliasedPlugin),
});
export type TaskPlugins = z.infer<typeof taskPlugins>;

/** Task host to worker. */
export const fromHost = z.discriminatedUnion('type', [
  /** Loaded and able to take orders. */
  z.object({ type: z.literal('ready') }),
  /** Once per run of a task, before `fenced`. */
  z.object({ type: z.literal('loaded'), id: z.string(), incarnation: z.string(), plugins: taskPlugins }),
  /** InitProducerId succeeded (or was not needed): the worker checks ownership and answers `proceed` or `stop quiet`. */
  z.object({ type: z.literal('fenced'), id: z.string(), incarnation: z.string() }),
  /** The stored offset of this partition key (JSON text of `["connector",{partition}]`), after reading the topic to its end. */
  z.object({ type: z.literal('read-offset'), id: z.string(), request: z.number(), key: z.string() }),
  /** From now on the offsets under the keys with this prefix (`offsetKeyPrefix`); answered as `read-offset`, without a value. */
  z.object({
    type: z.literal('watch-offsets'),
    id: z.string(),
    incarnation: z.string(),
    request: z.number(),
    connector: z.string(),
    prefix: z.string(),
  }),
  /** Offsets of a connector with a topic of its own, as text, for the worker's topic. */
  z.object({
    type: z.literal('copy-offsets'),
    id: z.string(),
    request: z.number(),
    records: z.array(z.object({ key: z.string(), value: z.string().nullable() })),
  }),
  /** Answer to `signal`; without a refusal the task will obey. */
  z.object({
    type: z.literal('signalled'),
    id: z.string(),
    request: z.number(),
    refusal: z.object({ code: z.string(), message: z.string() }).optional(),
  }),
  z.object({ type: z.literal('started'), id: z.string(), incarnation: z.string() }),
  z.object({ type: z.literal('paused'), id: z.string(), incarnation: z.string() }),
  /** Once a second, of all tasks of the host that run. */
  z.object({
    type: z.literal('progress'),
    rssBytes: z.number(),
    tasks: z.array(z.object({ id: z.string(), incarnation: z.string(), progress: taskProgress })),
  }),
  /** The topics whose records Kafka has acknowledged since the last message of this kind; at least one. */
  z.object({ type: z.literal('wrote'), id: z.string(), incarnation: z.string(), topics: z.array(z.string()) }),
  z.object({ type: z.literal('failed'), id: z.string(), incarnation: z.string(), failure }),
  /** With `detail`: by itself, since there is nothing more to do; all is committed. */
  z.object({ type: z.literal('stopped'), id: z.string(), incarnation: z.string(), detail: z.string().optional() }),
  z.object({
    type: z.literal('log'),
    logger: z.string(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    fields: z.record(z.string(), z.unknown()),
    message: z.string(),
  }),
]);
export type FromHost = z.infer<typeof fromHost>;
