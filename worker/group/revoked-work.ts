import type { Work } from './work.ts';

/** Whether some member holds what is not in its share any more: it will stop it and ask for another round. */
export function anyRevoked(members: readonly { id: string; held: Work }[], given: ReadonlyMap<string, Work>): boolean {
  return members.some(({ id, held }) => {
    const share = given.get(id);
    const isRevoked = (kind: keyof Work): boolean => {
      const kept = new Set(share?.[kind]);
      return held[kind].some((item) => !kept.has(item));
    };
    return isRevoked('tasks') || isRevoked('connectors');
  });
}
