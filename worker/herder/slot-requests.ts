import type { ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { Revision } from '../../config-topics/records/revision-record.ts';
import type { StoredOffset } from '../../config-topics/offset-store.ts';
import type { SourceConnector } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { LeftSlot } from '../health/left-slots.ts';
import type { Config } from './config-equality.ts';
import type { LeaderWrites } from './leader-writes.ts';
import type { OffsetAccess } from './offset-requests.ts';
import type { DroppedSlot } from './herder-port.ts';
import { RestError } from './rest-error.ts';
import type { SerialQueue } from './serial-queue.ts';

export interface SlotRequestParts {
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  readonly view: () => ConfigSnapshot;
  /** Of a connector, ascending, also of one that was deleted. */
  readonly revisions: (name: string) => readonly Revision[];
  readonly leftSlots: () => readonly LeftSlot[];
  readonly readOffsetsToEnd: (signal: AbortSignal) => Promise<void>;
  readonly storedOffsets: (name: string) => readonly StoredOffset[];
  readonly offsets: Pick<OffsetAccess, 'write'>;
  readonly connectorOf: (className: string) => Promise<SourceConnector>;
  /** A configuration with the values of its placeholders. */
  readonly resolve: (config: Config) => Promise<Config>;
  readonly signal: AbortSignal;
}

/** The queue waits for it, so it is short: a server that does not answer is one to go to by hand. */
const dropMs = 20_000;
/** What the caller can do something about. */
const conflicts: ReadonlySet<string> = new Set([
  'POSTGRES_SLOT_IN_USE',
  'POSTGRES_SLOT_UNUSABLE',
  'POSTGRES_OTHER_SERVER',
]);

/** Drops what deleted connectors have left on their sources: never by itself, and only what is surely nobody's. */
export class SlotRequests {
  readonly #parts: SlotRequestParts;

  constructor(parts: SlotRequestParts) {
    this.#parts = parts;
  }

  /** `via`: the connector whose configuration leads to the server; null: the last one of the deleted connector itself. */
  drop(connector: string, slot: string, via: string | null): Promise<DroppedSlot> {
    const { queue, leader, view, readOffsetsToEnd, signal } = this.#parts;
    leader.requireLeader();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(dropMs)]);
    // In the queue, so that no connector can be created meanwhile that would use the slot.
    return queue.run(`dropping the slot ${slot} of the deleted connector ${connector}`, async () => {
      await leader.ready(signal);
      await readOffsetsToEnd(deadline);
      if (view().connectors.has(connector))
        throw new RestError(409, `Connector ${connector} exists, and its slot is its own. Delete the connector first`);
      const left = this.#parts.leftSlots().find((known) => known.connector === connector && known.slot === slot);
      if (left === undefined)
        throw new RestError(
          404,
          `No offset of a deleted connector ${connector} names a slot ${slot} that no other connector uses. GET /summary lists those that there are under slots_without_connector`,
        );
      const config = this.#configFor(connector, via);
      const released = await this.#release(config, left, deadline);
      await this.#forget(left, config, deadline);
      return answer(left, released === 'dropped');
    });
  }

  #configFor(connector: string, via: string | null): Config {
    const { view, revisions } = this.#parts;
    if (via !== null) {
      const config = view().connectors.get(via)?.config;
      if (config === undefined) throw new RestError(404, `Connector ${via} not found`);
      return config;
    }
    const last = revisions(connector).findLast(({ config }) => config !== null)?.config;
    if (last != null) return last;
    throw new RestError(
      409,
      `No configuration of the deleted connector ${connector} is known any more. Name a connector that reads the same server: ?via=<name>`,
    );
  }

  async #release(config: Config, { slot, system }: LeftSlot, signal: AbortSignal): Promise<'dropped' | 'absent'> {
    const { connectorOf, resolve } = this.#parts;
    const className = config['connector.class'] ?? '';
    const connector = await connectorOf(className);
    if (connector.releaseSlot === undefined) throw new RestError(409, `A connector of ${className} has no slots`);
    try {
      return await connector.releaseSlot(await resolve(config), { slot, system }, signal);
    } catch (error) {
      if (!(error instanceof ConnectorError) || !conflicts.has(error.code)) throw error;
      throw new RestError(409, error.message, { cause: error });
    }
  }

  /** What the connector would go on from is gone, so its offsets would only keep one of that name from beginning anew. */
  async #forget({ connector, partition }: LeftSlot, config: Config, signal: AbortSignal): Promise<void> {
    const { storedOffsets, offsets } = this.#parts;
    const entries = storedOffsets(connector)
      .filter((stored) => stored.partition['server'] === partition['server'])
      .map((stored) => ({ partition: stored.partition, offset: null }));
    await offsets.write(connector, deleted(config), entries, signal);
  }
}

function deleted(config: Config): ConnectorConfigState {
  return {
    config,
    targetState: 'STOPPED',
    tasks: [],
    inconsistent: false,
    appliedConfig: undefined,
    taskGeneration: undefined,
    taskCountRecord: undefined,
    pendingFencing: false,
  };
}

function answer({ connector, slot }: LeftSlot, dropped: boolean): DroppedSlot {
  const what = dropped ? `Slot ${slot} was dropped` : `There was no slot ${slot} any more`;
  const message = `${what}; the offsets of the deleted connector ${connector} are forgotten, and one of that name begins anew.`;
  return { connector, slot, dropped, message };
}
