import type { TaskDriver } from './task-driver.ts';

/** There is no room for more once `count` says that so many rows came, until the answer is called. */
export function holdRoom(driver: TaskDriver, count: () => number, rows: number): () => void {
  const never = Promise.withResolvers<undefined>();
  const keep = driver.onBatch;
  driver.onBatch = (batch) => {
    keep(batch);
    if (count() >= rows) driver.room = never.promise.then(() => undefined);
  };
  return () => {
    driver.onBatch = keep;
    driver.room = undefined;
    never.resolve(undefined);
  };
}
