import type { BrokerConnection } from '../broker-connection.ts';

// As the Java producer's max.in.flight.requests.per.connection: enough to cover the round trip; what becomes ready
// meanwhile goes into the next request together.
const MAX_REQUESTS = 5;

/** Bounds the requests on their way to each broker, and keeps to the pauses that a broker asks for (client quotas). */
export class BrokerLoad {
  readonly #brokers = new WeakMap<BrokerConnection, { requests: number; pausedUntil: number }>();

  hasRoom(broker: BrokerConnection, now: number): boolean {
    const { requests, pausedUntil } = this.#of(broker);
    return requests < MAX_REQUESTS && now >= pausedUntil;
  }

  begin(broker: BrokerConnection): void {
    this.#of(broker).requests += 1;
  }

  end(broker: BrokerConnection): void {
    this.#of(broker).requests -= 1;
  }

  pause(broker: BrokerConnection, until: number): void {
    this.#of(broker).pausedUntil = until;
  }

  #of(broker: BrokerConnection): { requests: number; pausedUntil: number } {
    let load = this.#brokers.get(broker);
    if (load === undefined) this.#brokers.set(broker, (load = { requests: 0, pausedUntil: 0 }));
    return load;
  }
}
