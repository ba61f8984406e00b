import type { Work } from './work.ts';

interface Member {
  readonly held: Work;
  readonly ready?: boolean | undefined;
}

/**
 * Which members work is dealt out to. One that is still starting gets none while others could do it: a task moved there would
 * stand still until it has started (seen: 8 to 10 s on a busy machine). It joins again when it is ready. One that holds
 * something keeps it; and where nobody is ready, as when a whole cluster starts, all are as good.
 */
export function takers<M extends Member>(members: readonly M[]): readonly M[] {
  const able = members.filter(({ ready, held }) => ready !== false || held.tasks.length + held.connectors.length > 0);
  return able.length === 0 ? members : able;
}
