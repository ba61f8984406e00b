import type { Audit } from './sender-audit.ts';
import type { SenderLoad } from './sender-load.ts';

/** How long a run under failures lasts: MILLRACE_CHAOS_SECONDS, 8 by default. */
export function chaosMilliseconds(): number {
  return Number(process.env['MILLRACE_CHAOS_SECONDS'] ?? 8) * 1000;
}

/** Prints what a run under failures did when it was made longer than in the everyday tests. */
export function reportChaos(name: string, load: SenderLoad, found: Audit, failures: unknown): void {
  if (process.env['MILLRACE_CHAOS_SECONDS'] === undefined) return;
  const { acknowledged, commits, slowestCommitMs } = load;
  console.log(
    JSON.stringify({ name, acknowledged, commits, slowestCommitMs: Math.round(slowestCommitMs), ...found, failures }),
  );
}
