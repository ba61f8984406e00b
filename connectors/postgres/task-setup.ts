import type { ErrorCode } from '../../errors/catalogue.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { TaskContext, TaskLog } from '../source-connector.ts';
import { CaptureFilter } from './capture-filter.ts';
import { Catalog } from './catalog/catalog.ts';
import type { SessionOpener } from './connection/session-opener.ts';
import type { Session } from './connection/session.ts';
import type { OffsetSource, StoredOffset } from './position/stored-offset.ts';
import { decideIdentity, leftTimelineAt, type Identity } from './position/source-identity.ts';
import { decideStart, type StartDecision } from './position/start-check.ts';
import { prepareDdlCapture } from './ddl/ddl-trigger.ts';
import { identityPlan } from './setup/identity-rules.ts';
import { setIdentities } from './setup/replica-identity.ts';
import { guardTables } from './setup/table-guardrail.ts';
import { serverObstacles, slotObstacles, versionObstacles, type Obstacle } from './setup/prechecks.ts';
import { ensurePublication, publicationPlan, readPublication, type Publication } from './setup/publication.ts';
import { readServerFacts, type ServerFacts } from './setup/server-facts.ts';
import { decideSlot, type SlotDecision, type SlotState } from './setup/slot-decision.ts';
import { claimSlot, makeFailover, readSlot } from './setup/slot.ts';
import { withinVersion } from './setup/version-limits.ts';
import { snapshotRules } from './snapshot/snapshot-mode.ts';
import { formatLsn, type Lsn } from './lsn.ts';
import type { SourceConfig } from './source-config.ts';
import type { StreamState } from './task-state.ts';
import { pause } from './pause.ts';

/** What a task knows once it has looked at the server: everything is there but perhaps the slot. */
export interface TaskSetup {
  /** For queries; whoever got the setup closes it. */
  readonly session: Session;
  readonly facts: ServerFacts;
  readonly catalog: Catalog;
  readonly publication: Publication;
  /** What offsets of this task belong to. */
  readonly source: OffsetSource;
  /** The slot that will be used; undefined: it has to be made. */
  readonly slot: SlotState | undefined;
  /** How the stored offset relates to the server. */
  readonly origin: Origin;
  /** What to do about it: never `fail` or `wait`. */
  readonly decision: Extract<SlotDecision, { action: 'create' | 'recreate' | 'use' }>;
  /** Why what was stored cannot be gone on from, so that all is to be read anew; null: it can, or nothing was. */
  readonly gap: string | null;
}

/** `forkedAt`: where the server's history left the one of the offset; undefined: it did not. */
export interface Origin {
  readonly identity: Identity;
  readonly forkedAt?: Lsn;
}

export interface SetupParts {
  readonly context: TaskContext;
  readonly config: SourceConfig;
  readonly opener: SessionOpener;
}

const HALF_MADE_PATIENCE_MS = 30_000;
const HALF_MADE_POLL_MS = 500;

/** Connects and checks everything that could be in the way; publication first, as the server wants it before the slot. */
export function setUp(parts: SetupParts, stored: StoredOffset): Promise<TaskSetup> {
  return withNewSession(parts.opener, (session) => examine(parts, session, stored));
}

/** The session stays open for whoever got the result; a failure closes it. */
async function withNewSession<T>(opener: SessionOpener, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await opener.sql();
  try {
    return await work(session);
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** As much of the setup as reading alone takes: neither slot nor publication nor a server that is set up for them. */
export type ReadingSetup = Pick<TaskSetup, 'session' | 'facts' | 'catalog' | 'publication' | 'source'>;

/** Connects for reading alone. A publication that is there says which columns and rows; without one it is all. */
export function setUpReading({ context, config, opener }: SetupParts, stored: StoredOffset): Promise<ReadingSetup> {
  return withNewSession(opener, async (session) => {
    const facts = await readServerFacts(session);
    refuse(versionObstacles(facts));
    await originOf(stored, facts, { config, opener, log: context.log });
    const catalog = new Catalog(new CaptureFilter(config), config.typeAliases);
    await catalog.load(session);
    const found = await readPublication(session, config.publicationName);
    const publication = found ?? { allTables: true, viaRoot: config.publishViaPartitionRoot };
    return {
      session,
      facts,
      catalog,
      publication,
      source: { slot: null, system: facts.system, timeline: facts.timeline },
    };
  });
}

async function examine(
  { context, config: wanted, opener }: SetupParts,
  session: Session,
  stored: StoredOffset,
): Promise<TaskSetup> {
  const facts = await readServerFacts(session);
  refuse(serverObstacles(facts, wanted.user));
  const onIgnored = (message: string): void => context.log.warn({ version: facts.versionText }, message);
  const config = withinVersion(wanted, facts.version, onIgnored);
  const origin = await originOf(stored, facts, { config, opener, log: context.log });
  const catalog = new Catalog(new CaptureFilter(config), config.typeAliases);
  await catalog.load(session);
  guardTables(config, catalog.tables.length, context.log);
  await setIdentities(session, identityPlan(config.identityAutoset, catalog.tables, facts.isStandby), context.log);
  const plan = publicationPlan(config, facts.isStandby, catalog.tables);
  const publication = await ensurePublication(session, plan);
  if (!facts.isStandby) await prepareDdlCapture(session, config.ddlCapture, context.log);
  const { slot, decision } = await settleSlot(session, config, stored, context.signal);
  const { heals } = snapshotRules(config);
  if (decision.action === 'create') refuse(await slotObstacles(session, config, slot));
  if (decision.action !== 'recreate' && decision.warning !== undefined)
    context.log.warn({ slot: config.slotName }, decision.warning);
  if (slot !== undefined && slot.activePid !== null)
    await claimSlot(session, {
      name: config.slotName,
      applicationName: opener.applicationName,
      maxRetries: config.slotMaxRetries,
      retryDelayMs: config.slotRetryDelayMs,
      mayTakeOver: () => context.mayConfirm(),
      signal: context.signal,
      log: context.log,
    });
  if (slot !== undefined && decision.action === 'use' && config.slotFailover)
    await ensureFailover(slot, facts, { config, opener, log: context.log });
  const source = { slot: config.slotName, system: facts.system, timeline: facts.timeline };
  const used = decision.action === 'use' ? slot : undefined;
  const gap =
    decision.action === 'use' ? (heals ? startGap(stored, used, { facts, config, origin }) : null) : decision.gap;
  return { session, facts, catalog, publication, source, origin, slot: used, decision, gap: gap ?? null };
}

interface ServerSide {
  readonly facts: ServerFacts;
  readonly origin: Origin;
  readonly config: SourceConfig;
}

/** Throws when changes are missing between the offset and the slot. */
function startFrom(offset: Lsn, slot: Lsn, { facts, origin, config }: ServerSide): StartDecision {
  const { forkedAt, identity } = origin;
  return decideStart(
    { offset, slot, log: facts.logEnd, forkedAt, isAdopted: identity === 'adopted' },
    { slotName: config.slotName, strategy: config.offsetMismatch },
  );
}

const GAPS: readonly ErrorCode[] = ['POSTGRES_SLOT_AHEAD', 'POSTGRES_SERVER_BEHIND'];

/** What is missing between the stored position and the slot. */
function startGap(stored: StoredOffset, slot: SlotState | undefined, server: ServerSide): string | null {
  if (slot?.confirmedFlush == null || (stored.state !== 'stream' && stored.state !== 'snapshot')) return null;
  const offset = stored.state === 'stream' ? stored.start.done : stored.from;
  try {
    startFrom(offset, slot.confirmedFlush, server);
    return null;
  } catch (error) {
    if (error instanceof ConnectorError && GAPS.includes(error.code)) return error.message;
    throw error;
  }
}

/** Where to stream from, compared with the slot that will be used. Throws when changes are missing in between. */
export function checkedStart(state: StreamState, setup: TaskSetup, parts: SetupParts): StreamState {
  const slot = setup.slot?.confirmedFlush;
  if (slot === undefined || slot === null) return state;
  const { config, context } = parts;
  const decision = startFrom(state.start.done, slot, { ...setup, config });
  if (decision.warning !== undefined) context.log.warn({ slot: config.slotName }, decision.warning);
  if (decision.from === state.start.done && setup.origin.identity !== 'adopted') return state;
  return { ...state, start: { done: decision.from, resume: { kind: 'boundary' } } };
}

function refuse([obstacle]: readonly Obstacle[]): void {
  if (obstacle !== undefined) throw new ConnectorError(obstacle.code, obstacle.message);
}

type Surroundings = Pick<SetupParts, 'config' | 'opener'> & { readonly log: TaskLog };

async function originOf(
  stored: StoredOffset,
  facts: ServerFacts,
  { config, opener, log }: Surroundings,
): Promise<Origin> {
  if (stored.state === 'none' || stored.state === 'foreign-snapshot') return { identity: 'same' };
  // The rows of an unfinished snapshot are those of the other server: only where changes stream can another one go on.
  const action = stored.state === 'stream' ? config.otherServerAction : 'fail';
  const where = `${config.hostname}:${config.port}`;
  const identity = decideIdentity(stored.source, facts, { where, action });
  if (identity !== 'other-timeline') return { identity };
  const { timeline: before = null } = stored.source;
  if (before === null || facts.timeline === null) return { identity };
  const history = facts.timeline === 1 ? '' : await readHistory(opener, facts.timeline);
  const forkedAt = leftTimelineAt(history, before) ?? 0n;
  log.warn({ before, now: facts.timeline, forkedAt: formatLsn(forkedAt) }, "the timeline of the server's log changed");
  return { identity, forkedAt };
}

/** The text that a server keeps of how it came to its timeline. */
async function readHistory(opener: SessionOpener, timeline: number): Promise<string> {
  const session = await opener.replication();
  try {
    const [row] = await session.query(`TIMELINE_HISTORY ${timeline}`);
    // Typed as bytes by servers before 15.
    const content = row?.['content'];
    return Buffer.isBuffer(content) ? content.toString() : String(content);
  } finally {
    await session.close();
  }
}

/** A slot that exists already becomes one that standbys copy, as it would have been created. */
async function ensureFailover(
  slot: SlotState,
  facts: ServerFacts,
  { config, opener, log }: Surroundings,
): Promise<void> {
  if (slot.failover !== false || facts.isStandby) return;
  const session = await opener.replication();
  try {
    await makeFailover(session, config.slotName);
    log.info({ slot: config.slotName }, 'slot.failover: standbys may copy the slot from now on');
  } finally {
    await session.close();
  }
}

/** Looks until the slot is either there or not: while somebody creates it, it is neither. */
async function settleSlot(
  session: Session,
  config: SourceConfig,
  stored: StoredOffset,
  signal: AbortSignal,
): Promise<Pick<TaskSetup, 'slot' | 'decision'>> {
  const name = config.slotName;
  const { heals } = snapshotRules(config);
  for (let waited = 0; ; waited += HALF_MADE_POLL_MS) {
    const slot = await readSlot(session, name);
    const question = { name, database: config.database, slot, stored: stored.state, dropOnStop: config.slotDropOnStop };
    const decision = decideSlot({ ...question, heals });
    if (decision.action === 'fail') throw new ConnectorError(decision.code, decision.message);
    if (decision.action !== 'wait') return { slot, decision };
    if (waited >= HALF_MADE_PATIENCE_MS)
      throw new ConnectorError('POSTGRES_SLOT_UNUSABLE', `slot '${name}' is half made and nobody completes it`);
    await pause(HALF_MADE_POLL_MS, signal);
  }
}
