/**
 * Bounds the bytes in flight: at the limit the gate closes, and it opens again when half of it is left. The gap keeps a
 * source from being paused and resumed for every batch.
 */
export class RoomGate {
  readonly #limit: number;
  #waiting: PromiseWithResolvers<undefined> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get closed(): boolean {
    return this.#waiting !== undefined;
  }

  /** Undefined: there is room. Otherwise settles when there is room again. */
  room(bytes: number): Promise<void> | undefined {
    if (bytes >= this.#limit) this.#waiting ??= Promise.withResolvers<undefined>();
    return this.#waiting?.promise;
  }

  update(bytes: number): void {
    if (bytes <= this.#limit / 2) this.open();
  }

  open(): void {
    this.#waiting?.resolve(undefined);
    this.#waiting = undefined;
  }
}
