import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { ConnectorSlot, type ConnectorSlotPort } from './connector-slot.ts';

/** The connector instances on this worker: one slot for each that it owns and that exists. */
export class LocalConnectors {
  readonly #port: ConnectorSlotPort;
  readonly #onReleased: (name: string) => void;
  readonly #slots = new Map<string, ConnectorSlot>();

  /** `onReleased`: an instance was given up while the worker was a member. */
  constructor(port: ConnectorSlotPort, onReleased: (name: string) => void) {
    this.#port = port;
    this.#onReleased = onReleased;
  }

  reconcile(desired: ReadonlyMap<string, ConnectorConfigState>): void {
    for (const [name, slot] of this.#slots)
      if (!desired.has(name)) {
        slot.close();
        this.#slots.delete(name);
        this.#onReleased(name);
      }
    for (const [name, state] of desired) {
      let slot = this.#slots.get(name);
      if (slot === undefined) {
        slot = new ConnectorSlot(name, this.#port);
        this.#slots.set(name, slot);
      }
      slot.want(state);
    }
  }

  abandonAll(): void {
    for (const slot of this.#slots.values()) slot.close();
    this.#slots.clear();
  }

  /** Rejects when the connector could not be started; false: it is not here. */
  async restart(name: string): Promise<boolean> {
    const slot = this.#slots.get(name);
    if (slot === undefined) return false;
    await slot.restart();
    return true;
  }
}
