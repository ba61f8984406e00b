/** Runs steps one after the other, in the order they were asked for; a failed one does not hold up the next. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(step);
    this.#last = turn.catch(() => undefined); // who asked for the step gets its failure
    return turn;
  }
}
