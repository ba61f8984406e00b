import type { ErrorCode } from '../../errors/catalogue.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { SettingProblem } from '../source-connector.ts';
import { CaptureFilter } from './capture-filter.ts';
import { Catalog } from './catalog/catalog.ts';
import { SessionOpener } from './connection/session-opener.ts';
import type { Session } from './connection/session.ts';
import { serverObstacles, slotObstacles, versionObstacles, type Obstacle } from './setup/prechecks.ts';
import { withinVersion } from './setup/version-limits.ts';
import { checkPublication, publicationPlan, tryCreation } from './setup/publication.ts';
import { readServerFacts } from './setup/server-facts.ts';
import { decideSlot } from './setup/slot-decision.ts';
import { readSlot } from './setup/slot.ts';
import { snapshotRules } from './snapshot/snapshot-mode.ts';
import type { SourceConfig } from './source-config.ts';

/** The setting to look at first for each error that is about one. */
const SETTING_OF: Partial<Record<ErrorCode, string>> = {
  POSTGRES_LOGIN_REJECTED: 'database.user',
  POSTGRES_PRIVILEGE_MISSING: 'database.user',
  POSTGRES_DATABASE_UNKNOWN: 'database.dbname',
  POSTGRES_TLS: 'database.sslmode',
  POSTGRES_PUBLICATION_MISSING: 'publication.name',
  POSTGRES_PUBLICATION_UNUSABLE: 'publication.name',
};

/** Waiting for locks of a publication that is created on trial only. */
const TRIAL_LOCK_TIMEOUT_MS = 2000;

/** Checks a configuration against its live server: what would keep a task from starting. Changes nothing there. */
export async function liveProblems(config: SourceConfig, signal: AbortSignal): Promise<SettingProblem[]> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(config.validationTimeoutMs)]);
  const opener = new SessionOpener(config, 'millrace/validation', deadline);
  try {
    const session = await opener.sql({ lock_timeout: String(TRIAL_LOCK_TIMEOUT_MS) });
    try {
      if (!snapshotRules(config).streams) return asProblems(versionObstacles(await readServerFacts(session)));
      const problems = await examine(config, session);
      // A line for replication in pg_hba.conf shows only when it is tried.
      if (problems.length === 0) await (await opener.replication()).close();
      return problems;
    } finally {
      await session.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    const failure = opener.failure(error);
    const setting = (failure instanceof ConnectorError ? SETTING_OF[failure.code] : undefined) ?? 'database.hostname';
    return [{ setting, message: failure.message }];
  }
}

async function examine(config: SourceConfig, session: Session): Promise<SettingProblem[]> {
  const facts = await readServerFacts(session);
  const slot = await readSlot(session, config.slotName);
  const obstacles = [...serverObstacles(facts, config.user), ...(await slotObstacles(session, config, slot))];
  const problems = asProblems(obstacles);
  if (slot !== undefined) {
    const question = { name: config.slotName, database: config.database, slot, dropOnStop: false, heals: false };
    const decision = decideSlot({ ...question, stored: 'none' });
    if (decision.action === 'fail') problems.push({ setting: 'slot.name', message: decision.message });
  }
  if (problems.length > 0) return problems;
  const tables = await new Catalog(new CaptureFilter(config), config.typeAliases).list(session);
  const plan = publicationPlan(withinVersion(config, facts.version), facts.isStandby, tables);
  if ((await checkPublication(session, plan)) === undefined) await tryCreation(session, plan);
  return problems;
}

function asProblems(obstacles: readonly Obstacle[]): SettingProblem[] {
  return obstacles.map(({ setting, message }) => ({ setting, message }));
}
