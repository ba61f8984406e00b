import { z } from 'zod';
import type { ErrorCode } from '../../../errors/catalogue.ts';
import type { Session } from '../connection/session.ts';
import type { SourceConfig } from '../source-config.ts';
import type { ServerFacts } from './server-facts.ts';
import type { SlotState } from './slot-decision.ts';

/** Something about the server that has to change before the connector can run. */
export interface Obstacle {
  /** The setting that an operator would look at first. */
  readonly setting: string;
  readonly code: ErrorCode;
  readonly message: string;
}

const OLDEST_VERSION = 110_000;

/** What the server as a whole has to be for reading tables. */
export function versionObstacles(facts: ServerFacts): Obstacle[] {
  if (facts.version >= OLDEST_VERSION) return [];
  const message = `the server is PostgreSQL ${facts.versionText}; 11 is the oldest that is supported`;
  return [{ setting: 'database.hostname', code: 'POSTGRES_VERSION', message }];
}

/** What it has to be for streaming changes. */
export function serverObstacles(facts: ServerFacts, user: string): Obstacle[] {
  const obstacles = versionObstacles(facts);
  if (facts.walLevel !== 'logical')
    obstacles.push({
      setting: 'database.hostname',
      code: 'POSTGRES_WAL_LEVEL',
      message: `wal_level of the server is '${facts.walLevel}', which cannot be decoded. Run ALTER SYSTEM SET wal_level = 'logical' and restart the server`,
    });
  if (!facts.role.superuser && !facts.role.replication)
    obstacles.push({
      setting: 'database.user',
      code: 'POSTGRES_PRIVILEGE_MISSING',
      message: `the user '${user}' may not replicate. Run ALTER ROLE "${user}" REPLICATION as a superuser`,
    });
  return obstacles;
}

const capacityRow = z.object({ used: z.number(), most: z.number() });

/** Whether a slot that is missing could be created. */
export async function slotObstacles(
  session: Session,
  config: SourceConfig,
  slot: SlotState | undefined,
): Promise<Obstacle[]> {
  if (slot !== undefined) return [];
  const rows = await session.query(
    `SELECT count(*)::int AS used, current_setting('max_replication_slots')::int AS most FROM pg_catalog.pg_replication_slots`,
  );
  const [capacity] = z.array(capacityRow).parse(rows);
  if (capacity === undefined || capacity.used < capacity.most) return [];
  const message = `slot '${config.slotName}' cannot be created: all ${capacity.most} replication slots of the server are in use. Drop one that nobody needs, or raise max_replication_slots`;
  return [{ setting: 'slot.name', code: 'POSTGRES_NO_CAPACITY', message }];
}
