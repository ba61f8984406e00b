import { isUsable, type BrokerConnection } from './broker-connection.ts';
import type { Cluster } from './cluster.ts';

export interface CoordinatorLinkOptions {
  readonly cluster: Cluster;
  readonly group: string;
  readonly requestTimeoutMs: number;
}

/** A connection of its own to the coordinator of a group, replaced when it breaks or the coordinator moves. */
export class CoordinatorLink {
  readonly #options: CoordinatorLinkOptions;
  #broker: BrokerConnection | undefined;

  constructor(options: CoordinatorLinkOptions) {
    this.#options = options;
  }

  /** Throws when one attempt to connect fails; the coordinator is then looked up again the next time. */
  async connect(signal: AbortSignal): Promise<BrokerConnection> {
    const { cluster, group, requestTimeoutMs } = this.#options;
    const coordinator = await cluster.coordinator('group', group, { signal });
    if (this.leadsTo(coordinator)) return this.#broker ?? coordinator;
    this.close();
    try {
      this.#broker = await cluster.dedicated(coordinator, { requestTimeoutMs, signal });
      return this.#broker;
    } catch (error) {
      cluster.forgetCoordinator('group', group);
      throw error;
    }
  }

  /** True when it is open and leads to that broker. */
  leadsTo({ nodeId, host, port }: Pick<BrokerConnection, 'nodeId' | 'host' | 'port'>): boolean {
    const broker = this.#broker;
    return (
      broker !== undefined &&
      isUsable(broker) &&
      broker.nodeId === nodeId &&
      broker.host === host &&
      broker.port === port
    );
  }

  /** After NOT_COORDINATOR or a broken connection: the next `connect` looks again. */
  forget(): void {
    this.#options.cluster.forgetCoordinator('group', this.#options.group);
    this.close();
  }

  /** Requests under way fail at once. */
  close(): void {
    if (this.#broker !== undefined) this.#options.cluster.release(this.#broker);
    this.#broker = undefined;
  }
}
