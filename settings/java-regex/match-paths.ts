import type { PatternNode } from './syntax.ts';

/**
 * An upper bound on the number of ways in which a backtracking engine can walk through the pattern on an input of `length`
 * characters: the work of one attempt is at most about this many steps per item. Infinity: it can grow exponentially
 * (a repetition of something that itself can match in several ways, the cause of catastrophic backtracking).
 */
export function matchPaths(node: PatternNode, length: number): number {
  switch (node.type) {
    case 'set':
    case 'place':
    case 'reference':
      return 1;
    case 'sequence':
      return node.items.reduce((paths, item) => paths * matchPaths(item, length), 1);
    case 'choice':
      return node.branches.reduce((paths, branch) => paths + matchPaths(branch, length), 0);
    case 'repeat': {
      const item = matchPaths(node.item, length);
      const counts = Math.min(node.max, length + 1) - Math.min(node.min, length + 1) + 1;
      if (item === 1) return counts;
      return node.max <= 1 ? counts - 1 + item : Infinity;
    }
    case 'group':
    case 'atomic':
    case 'look':
      return matchPaths(node.item, length);
  }
}
