/** The error and everything below it in `errors` (also of aggregate errors) and `cause`, outermost first, each once. */
export function errorNodes(error: unknown): Error[] {
  const found: Error[] = [];
  const queue: unknown[] = [error];
  for (const node of queue) {
    if (!(node instanceof Error) || found.includes(node)) continue;
    found.push(node);
    if ('errors' in node && Array.isArray(node.errors)) queue.push(...(node.errors as unknown[]));
    if (node.cause !== undefined) queue.push(node.cause);
  }
  return found;
}
