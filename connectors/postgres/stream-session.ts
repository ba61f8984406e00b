import type { TaskContext } from '../source-connector.ts';
import { RelationRegistry } from './catalog/relation-registry.ts';
import type { PlanRules } from './catalog/plan-builder.ts';
import type { SessionOpener } from './connection/session-opener.ts';
import { ddlRecords } from './ddl/ddl-records.ts';
import { PgoutputDecoder } from './decoder/pgoutput-decoder.ts';
import { Feedback } from './feedback.ts';
import type { SlotGuard } from './guard/slot-guard.ts';
import type { Handover } from './handover.ts';
import { HeartbeatWriter } from './heartbeat/heartbeat-writer.ts';
import { streamPlan } from './in-progress/stream-plan.ts';
import { openStreamWay } from './in-progress/stream-way.ts';
import { asksForMessages, canSendMessages, messageFilter } from './message-filter.ts';
import { errorText } from './pg-errors.ts';
import { sourcePartition, streamOffset } from './position/stored-offset.ts';
import { TransactionCursor } from './position/transaction-cursor.ts';
import { publishedForms } from './setup/publication.ts';
import { Rereader } from './reread/rereader.ts';
import { skippedOperations } from './skipped-operations.ts';
import type { SeenRun } from './snapshot/seen-run.ts';
import type { TaskSignals } from './signals/task-signals.ts';
import { SlotXmin } from './slot-xmin.ts';
import type { SourceConfig } from './source-config.ts';
import type { SourceFacts } from './source-facts.ts';
import { StreamReader } from './stream-reader.ts';
import type { TaskSetup } from './task-setup.ts';
import { continued, numbering, type StreamState } from './task-state.ts';
import { startReplication } from './wire/replication-stream.ts';

export interface StreamSessionParts {
  readonly context: TaskContext;
  readonly config: SourceConfig;
  readonly opener: SessionOpener;
  readonly setup: TaskSetup;
  readonly rules: PlanRules;
  readonly handover: Handover;
  readonly facts: SourceFacts;
  readonly guard: SlotGuard;
  readonly from: StreamState;
  /** A snapshot that has shown some of the changes to come. */
  readonly seen: SeenRun | undefined;
  readonly signals: TaskSignals;
  /** Whether large transactions come while they run. */
  readonly streamInProgress: boolean;
  /** Told once the server streams. */
  readonly onStreaming: () => void;
}

/** How a session ended, and where the next one goes on. */
export interface StreamEnd {
  readonly reason: unknown;
  readonly state: StreamState;
}

/** An idle database moves the slot this often; with heartbeats as often as those, if that is more often. */
const IDLE_OFFSET_INTERVAL_MS = 5000;

/** Streams until something breaks. */
export async function streamUntilBroken(parts: StreamSessionParts): Promise<StreamEnd> {
  const { config, setup, handover, facts, from, rules, seen } = parts;
  const { signal, log } = parts.context;
  const xmin = slotXmin(parts);
  const cursor = new TransactionCursor({
    database: config.database,
    start: from.start,
    previousCommitEnd: from.previousCommitEnd,
    logEnd: setup.facts.logEnd,
    xmin: xmin === undefined ? undefined : () => xmin.value,
  });
  const relations = new RelationRegistry(rules, setup.catalog);
  const count = numbering(config);
  const rereader =
    config.unavailableValues === 'reread'
      ? new Rereader({
          opener: parts.opener,
          versionOf: (table) => relations.versionOf(table),
          timeoutMs: config.rereadTimeoutMs,
          signal,
          log,
        })
      : undefined;
  const reader = new StreamReader({
    cursor,
    decoder: new PgoutputDecoder(
      cursor,
      relations,
      {
        skipped: skippedOperations(config.skippedOperations),
        messages: messageFilter(config),
        transactions: config.transactionMetadata,
      },
      facts.changes,
    ),
    relations,
    session: setup.session,
    handover,
    partition: sourcePartition(config.serverName),
    offsetOf: (position) => streamOffset(position, setup.source, { numbering: count, run: seen?.run ?? null }),
    seen,
    aside: parts.signals,
    ddl: config.ddlCapture === 'off' || config.ddlCapture === 'remove' ? undefined : ddlRecords(config, rules),
    rereader,
  });
  try {
    await xmin?.start();
    return { reason: await stream(parts, reader, { cursor, relations }), state: from };
  } catch (reason) {
    return { reason, state: { ...continued(from, reader.position, reader.previousCommitEnd), run: seen?.run ?? null } };
  } finally {
    xmin?.close();
    await rereader?.close();
  }
}

async function stream(
  parts: StreamSessionParts,
  reader: StreamReader,
  { cursor, relations }: { readonly cursor: TransactionCursor; readonly relations: RelationRegistry },
): Promise<never> {
  const { context, config, opener, setup, handover, from } = parts;
  const { version } = setup.facts;
  const wishes = { streamInProgress: parts.streamInProgress, twoPhase: config.twoPhase };
  const plan = streamPlan(wishes, { version, slot: setup.slot, done: from.start.done });
  const { spoolFolder, spoolMaxBytes } = config;
  const way = await openStreamWay({ plan, reader, version, spoolFolder, spoolMaxBytes, log: context.log });
  const session = await opener.replication();
  const running = await startReplication(
    session,
    {
      slot: config.slotName,
      from: plan.from,
      options: {
        ...plan.options,
        publication_names: quotedName(config.publicationName),
        ...(canSendMessages(version) && asksForMessages(config) && { messages: 'true' }),
      },
    },
    way.handler,
  ).catch(async (error: unknown) => {
    await way.close();
    await session.close();
    throw error;
  });
  const feedback = new Feedback({
    stream: running,
    intervalMs: config.statusIntervalMs,
    received: () => cursor.done,
    durable: () => way.confirmable(handover.durable),
    mayConfirm: () => context.mayConfirm(),
    confirms: config.confirms,
    slotPosition: setup.slot?.confirmedFlush ?? 0n,
  });
  handover.onDurable = () => feedback.durableMoved();
  reader.onReplyRequested = () => feedback.answer();
  const timers = startTimers(parts, reader);
  const ending = new AbortController();
  let beside: Promise<void> | undefined;
  const writer = startWriter(parts, reader, cursor);
  try {
    parts.facts.streaming({ cursor, feedback, spool: () => way.figures() });
    way.attach(running);
    parts.onStreaming();
    beside = parts.signals.run(
      {
        cursor,
        relations,
        captured: publishedForms(setup.catalog.tables, setup.publication.viaRoot),
        isStandby: setup.facts.isStandby,
        viaRoot: setup.publication.viaRoot,
        version: setup.facts.version,
        handOver: () => reader.emitDue(),
        askPosition: () => feedback.ask(),
        hold: () => reader.hold(),
        stopAt: (at, onStopped) => reader.stopAt(at, onStopped),
      },
      ending.signal,
    );
    const lost = setup.session.ended;
    const guarded = parts.guard.enforce();
    const { paused } = parts.signals.pause;
    const broken = [running.ended, reader.failed, handover.failed, lost, guarded, timers.silent, paused];
    return await Promise.race(way.failed === undefined ? broken : [...broken, way.failed]);
  } finally {
    timers.stop();
    ending.abort();
    writer?.close();
    feedback.close();
    handover.onDurable = () => undefined;
    await Promise.all([way.close(), running.close()]);
    await beside;
  }
}

interface Timers {
  /** Rejects when the server has been silent for too long. */
  readonly silent: Promise<never>;
  stop(): void;
}

function startTimers({ context, config, opener, setup }: StreamSessionParts, reader: StreamReader): Timers {
  const silent = Promise.withResolvers<never>();
  silent.promise.catch(() => undefined);
  const timers: NodeJS.Timeout[] = [];
  const beat = config.heartbeatIntervalMs;
  const idle = beat > 0 ? Math.min(beat, IDLE_OFFSET_INTERVAL_MS) : IDLE_OFFSET_INTERVAL_MS;
  timers.push(setInterval(() => reader.emitIdlePosition(), idle));
  timers.push(
    setInterval(() => {
      if (reader.silentMs > opener.silenceLimitMs)
        silent.reject(
          new Error(`no word from the server for ${Math.round(reader.silentMs)} ms: the connection is dead`),
        );
    }, config.statusIntervalMs),
  );
  if (beat > 0)
    timers.push(
      setInterval(() => {
        reader.emitAside({ kind: 'heartbeat', timeMs: Date.now() });
        if (config.heartbeatQuery === null || config.heartbeatQuery === '') return;
        setup.session.query(config.heartbeatQuery).catch((error: unknown) => {
          context.log.warn({ error: errorText(error) }, 'heartbeat.action.query failed');
        });
      }, beat),
    );
  return {
    silent: silent.promise,
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

function startWriter(
  { config, setup, context, facts, handover }: StreamSessionParts,
  reader: StreamReader,
  cursor: TransactionCursor,
): HeartbeatWriter | undefined {
  const place = config.heartbeatWrite;
  // A standby takes no writes.
  if (place === 'none' || setup.facts.isStandby) return undefined;
  return new HeartbeatWriter({
    session: setup.session,
    place,
    intervalMs: config.heartbeatWriteIntervalMs,
    slotName: config.slotName,
    publication: config.publicationMode === 'filtered' ? config.publicationName : null,
    received: () => cursor.done,
    durable: () => handover.durable,
    onWritten: (lsn, atMs) =>
      reader.awaitRead(lsn, () => facts.heartbeatReturned(Math.round(performance.now() - atMs))),
    log: context.log,
  });
}

function slotXmin({ config, setup, context }: StreamSessionParts): SlotXmin | undefined {
  const { slotName, xminIntervalMs: intervalMs } = config;
  return intervalMs === 0
    ? undefined
    : new SlotXmin({ session: setup.session, slotName, intervalMs, log: context.log });
}

/** publication_names is a list of identifiers. */
function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
