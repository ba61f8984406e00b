import type { ProcessIdentity } from './process-identity.ts';
import type { Server } from './server.ts';

/** What the starters of servers get from their stack. */
export interface StackContext {
  /** Folder of the stack; each server has a folder of its own in it. */
  readonly folder: string;
  /** Whether the servers stay when we end. */
  readonly background: boolean;
  readonly log: (line: string) => void;
  /** Makes a server, not yet started, part of the stack, which ends it when it ends. */
  readonly adopt: (owner: string, server: Server) => void;
  /** Puts a process on the stack's list before anybody waits for it. */
  readonly record: (owner: string, process: string, identity: ProcessIdentity) => void;
  /** Addresses of a ready server of one of these kinds in the same stack, or undefined. */
  readonly infoOf: (kinds: readonly string[]) => Readonly<Record<string, unknown>> | undefined;
}
