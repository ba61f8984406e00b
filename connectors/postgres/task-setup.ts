import type { ErrorCode } from '../../errors/catalogue.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { TaskContext } from '../source-connector.ts';
import { CaptureFilter } from './capture-filter.ts';
import { Catalog } from './catalog/catalog.ts';
import type { SessionOpener } from './connection/session-opener.ts';
import type { Session } from './connection/session.ts';
import type { OffsetSource, StoredOffset } from './position/stored-offset.ts';
import { decideStart } from './position/start-check.ts';
import { serverObstacles, slotObstacles, versionObstacles, type Obstacle } from './setup/prechecks.ts';
import { ensurePublication, publicationPlan, readPublication, type Publication } from './setup/publication.ts';
import { readServerFacts, type ServerFacts } from './setup/server-facts.ts';
import { decideSlot, type SlotDecision, type SlotState } from './setup/slot-decision.ts';
import { claimSlot, readSlot } from './setup/slot.ts';
import { snapshotRules } from './snapshot/snapshot-mode.ts';
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
  /** What to do about it: never `fail` or `wait`. */
  readonly decision: Extract<SlotDecision, { action: 'create' | 'recreate' | 'use' }>;
  /** Why what was stored cannot be gone on from, so that all is to be read anew; null: it can, or nothing was. */
  readonly gap: string | null;
}

export interface SetupParts {
  readonly context: TaskContext;
  readonly config: SourceConfig;
  readonly opener: SessionOpener;
}

const HALF_MADE_PATIENCE_MS = 30_000;
const HALF_MADE_POLL_MS = 500;

/** Connects and checks everything that could be in the way; publication first, as the server wants it before the slot. */
export async function setUp(parts: SetupParts, stored: StoredOffset): Promise<TaskSetup> {
  const session = await parts.opener.sql();
  try {
    return await examine(parts, session, stored);
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** As much of the setup as reading alone takes: neither slot nor publication nor a server that is set up for them. */
export type ReadingSetup = Pick<TaskSetup, 'session' | 'facts' | 'catalog' | 'publication' | 'source'>;

/** Connects for reading alone. A publication that is there says which columns and rows; without one it is all. */
export async function setUpReading({ config, opener }: SetupParts, stored: StoredOffset): Promise<ReadingSetup> {
  const session = await opener.sql();
  try {
    const facts = await readServerFacts(session);
    refuse(versionObstacles(facts));
    checkSystem(stored, facts, config);
    const catalog = new Catalog(new CaptureFilter(config));
    await catalog.load(session);
    const found = await readPublication(session, config.publicationName);
    const publication = found ?? { allTables: true, viaRoot: config.publishViaPartitionRoot };
    return { session, facts, catalog, publication, source: { slot: null, system: facts.system } };
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function examine(
  { context, config, opener }: SetupParts,
  session: Session,
  stored: StoredOffset,
): Promise<TaskSetup> {
  const facts = await readServerFacts(session);
  refuse(serverObstacles(facts, config.user));
  checkSystem(stored, facts, config);
  const catalog = new Catalog(new CaptureFilter(config));
  await catalog.load(session);
  const plan = publicationPlan(config, facts.isStandby, catalog.tables);
  const publication = await ensurePublication(session, plan);
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
  const source = { slot: config.slotName, system: facts.system };
  const used = decision.action === 'use' ? slot : undefined;
  const gap = decision.action === 'use' ? (heals ? startGap(stored, used, { facts, config }) : null) : decision.gap;
  return { session, facts, catalog, publication, source, slot: used, decision, gap: gap ?? null };
}

const GAPS: readonly ErrorCode[] = ['POSTGRES_SLOT_AHEAD', 'POSTGRES_SERVER_BEHIND'];

/** What is missing between the stored position and the slot. */
function startGap(
  stored: StoredOffset,
  slot: SlotState | undefined,
  { facts, config }: { readonly facts: ServerFacts; readonly config: SourceConfig },
): string | null {
  if (slot?.confirmedFlush == null || (stored.state !== 'stream' && stored.state !== 'snapshot')) return null;
  const offset = stored.state === 'stream' ? stored.start.done : stored.from;
  const rules = { slotName: config.slotName, strategy: config.offsetMismatch };
  try {
    decideStart({ offset, slot: slot.confirmedFlush, log: facts.logEnd }, rules);
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
  const decision = decideStart(
    { offset: state.start.done, slot, log: setup.facts.logEnd },
    { slotName: config.slotName, strategy: config.offsetMismatch },
  );
  if (decision.warning !== undefined) context.log.warn({ slot: config.slotName }, decision.warning);
  if (decision.from === state.start.done) return state;
  return { ...state, start: { done: decision.from, resume: { kind: 'boundary' } } };
}

function refuse([obstacle]: readonly Obstacle[]): void {
  if (obstacle !== undefined) throw new ConnectorError(obstacle.code, obstacle.message);
}

function checkSystem(stored: StoredOffset, facts: ServerFacts, config: SourceConfig): void {
  if (stored.state === 'none' || stored.state === 'foreign-snapshot') return;
  const { system } = stored.source;
  if (system === null || facts.system === null || system === facts.system) return;
  throw new ConnectorError(
    'POSTGRES_OTHER_SERVER',
    `the stored offset belongs to the server with the system identifier ${system}, but ${config.hostname}:${config.port} is ${facts.system}`,
  );
}

/** Looks until the slot is either there or not: while somebody creates it, it is neither. */
async function settleSlot(
  session: Session,
  config: SourceConfig,
  stored: StoredOffset,
  signal: AbortSignal,
): Promise<Pick<TaskSetup, 'slot' | 'decision'>> {
  const name = config.slotName;
  for (let waited = 0; ; waited += HALF_MADE_POLL_MS) {
    const slot = await readSlot(session, name);
    const { heals } = snapshotRules(config);
    const question = { name, database: config.database, slot, stored: stored.state, dropOnStop: config.slotDropOnStop };
    const decision = decideSlot({ ...question, heals });
    if (decision.action === 'fail') throw new ConnectorError(decision.code, decision.message);
    if (decision.action !== 'wait') return { slot, decision };
    if (waited >= HALF_MADE_PATIENCE_MS)
      throw new ConnectorError('POSTGRES_SLOT_UNUSABLE', `slot '${name}' is half made and nobody completes it`);
    await pause(HALF_MADE_POLL_MS, signal);
  }
}
