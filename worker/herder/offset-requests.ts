import type { ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { SourceConnector } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { connectorOf } from '../group/work.ts';
import type { OffsetEntry } from './herder-port.ts';
import type { LeaderWrites } from './leader-writes.ts';
import { RestError } from './rest-error.ts';
import type { SerialQueue } from './serial-queue.ts';

/** The offset topic, as this worker reads and writes it. */
export interface OffsetAccess {
  /** Everything stored for a connector when this was called. */
  read(name: string, connector: ConnectorConfigState, signal: AbortSignal): Promise<OffsetEntry[]>;
  /** Writes offsets, null forgets one; settles once they are in the topic, all or none of them with exactly-once. */
  write(
    name: string,
    connector: ConnectorConfigState,
    offsets: readonly OffsetEntry[],
    signal: AbortSignal,
  ): Promise<void>;
}

export interface OffsetRequestParts {
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  readonly offsets: OffsetAccess;
  readonly view: () => ConfigSnapshot;
  readonly readConfigToEnd: (signal: AbortSignal) => Promise<void>;
  readonly connectorOf: (connector: ConnectorConfigState) => Promise<SourceConnector>;
  /** A connector's configuration with the values of its placeholders. */
  readonly resolve: (config: ConnectorConfigState['config']) => Promise<ConnectorConfigState['config']>;
  readonly exactlyOnce: boolean;
  /** Fences the producers of these tasks of a connector. */
  readonly fence: (
    name: string,
    connector: ConnectorConfigState,
    tasks: readonly number[],
    signal: AbortSignal,
  ) => Promise<void>;
  readonly rounds: {
    /** Whether what exists has been dealt out and no member still holds a task that matches. */
    settledWithout(held: (task: string) => boolean): boolean;
    nextRound(signal: AbortSignal): Promise<void>;
  };
  readonly signal: AbortSignal;
}

const stale =
  'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)';
/** Tasks of a connector that was just stopped have their graceful time, and then a round of the group says that they are gone. */
const releaseMs = 15_000;
const writeMs = 60_000;

/** Reading and changing the stored offsets of a connector (KIP-875). */
export class OffsetRequests {
  readonly #parts: OffsetRequestParts;

  constructor(parts: OffsetRequestParts) {
    this.#parts = parts;
  }

  /** Any worker answers this. */
  async list(name: string): Promise<OffsetEntry[]> {
    const { view, offsets, signal } = this.#parts;
    const connector = view().connectors.get(name);
    if (connector === undefined) throw new RestError(404, `Connector ${name} not found`);
    return offsets.read(name, connector, signal);
  }

  async alter(name: string, entries: readonly OffsetEntry[]): Promise<string> {
    if (entries.length === 0)
      throw new RestError(400, 'Partitions / offsets need to be provided for an alter offsets request');
    await this.#change(name, () => entries);
    return messageOf('altered');
  }

  async reset(name: string): Promise<string> {
    await this.#change(name, (stored) => stored.map(({ partition }) => ({ partition, offset: null })));
    return messageOf('reset');
  }

  async #change(name: string, entriesOf: (stored: readonly OffsetEntry[]) => readonly OffsetEntry[]): Promise<void> {
    const { queue, leader, view, offsets, readConfigToEnd, signal } = this.#parts;
    leader.requireLeader();
    await readConfigToEnd(signal);
    stoppedConnector(view(), name);
    await this.#released(name);
    await queue.run(`modifying offsets for connector ${name}`, async () => {
      await leader.ready(signal);
      const connector = stoppedConnector(view(), name);
      if (!this.#settled(name)) throw new RestError(409, stale);
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(writeMs)]);
      await this.#fenceAll(name, connector, deadline);
      const entries = entriesOf(await offsets.read(name, connector, deadline));
      await this.#check(name, connector, entries);
      if (entries.length > 0) await offsets.write(name, connector, entries, deadline);
    });
  }

  /** Without fencing, offsets may change only once no worker can still commit others: after the round that says so. */
  async #released(name: string): Promise<void> {
    const { rounds, signal, leader } = this.#parts;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(releaseMs)]);
    while (!this.#settled(name)) {
      try {
        await rounds.nextRound(deadline);
      } catch (error) {
        signal.throwIfAborted();
        throw new RestError(409, stale, { cause: error });
      }
      leader.requireLeader();
    }
  }

  #settled(name: string): boolean {
    return this.#parts.rounds.settledWithout((task) => connectorOf(task) === name);
  }

  /** Task 0's producer is fenced by the one that writes the offsets. */
  async #fenceAll(name: string, connector: ConnectorConfigState, signal: AbortSignal): Promise<void> {
    const { exactlyOnce, fence } = this.#parts;
    const count = connector.taskCountRecord ?? 0;
    if (!exactlyOnce || count <= 1) return;
    const others = Array.from({ length: count - 1 }, (_, index) => index + 1);
    await fence(name, connector, others, signal);
  }

  async #check(name: string, state: ConnectorConfigState, entries: readonly OffsetEntry[]): Promise<void> {
    const connector = await this.#parts.connectorOf(state);
    const config = await this.#parts.resolve(state.config);
    try {
      connector.checkOffsets(config, entries);
    } catch (error) {
      if (error instanceof ConnectorError) throw new RestError(500, error.message, { cause: error });
      throw new RestError(500, `Failed to modify offsets for connector ${name}`, { cause: error });
    }
  }
}

function stoppedConnector(view: ConfigSnapshot, name: string): ConnectorConfigState {
  const connector = view.connectors.get(name);
  if (connector === undefined) throw new RestError(404, `Connector ${name} not found`);
  if (connector.targetState !== 'STOPPED' || connector.tasks.length > 0)
    throw new RestError(
      400,
      "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the " +
        `'/connectors/${name}/stop' endpoint`,
    );
  return connector;
}

function messageOf(done: 'altered' | 'reset'): string {
  return (
    `The Connect framework-managed offsets for this connector have been ${done} successfully. However, if this connector manages offsets externally, ` +
    `they will need to be manually ${done} in the system that the connector uses.`
  );
}
