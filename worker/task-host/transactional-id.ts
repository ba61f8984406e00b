/**
 * The transactional id of a task, as in Connect (KIP-618): workers of both kinds fence each other's tasks. The task host that
 * writes and the leader that fences must mean the same one.
 */
export function transactionalIdOf(groupId: string, connector: string, task: number): string {
  return `${groupId}-${connector}-${task}`;
}
