import { atLeast, flag, integer, text } from '../../../settings/kinds.ts';

const TRANSACTIONS = 'Transactions that have not ended';

/** Changes that the server sends before it is known how their transaction ends. */
export const inProgressSettings = {
  streamInProgress: flag('millrace.stream.in.progress', {
    default: 'false',
    importance: 'LOW',
    group: TRANSACTIONS,
    documentation:
      'Large transactions (beyond logical_decoding_work_mem of the server) are sent while they run instead of at their end, kept in millrace.spool.folder, and delivered at their commit: in the same records, only sooner. What is rolled back travels, too.',
  }),
  twoPhase: flag('millrace.two.phase', {
    default: 'false',
    importance: 'LOW',
    group: TRANSACTIONS,
    documentation:
      'Transactions of two-phase commit are sent at PREPARE TRANSACTION, kept in millrace.spool.folder, and delivered at COMMIT PREPARED (PostgreSQL 15 and later; without effect before). The slot does not move past a PREPARE that is not decided. A slot that was used in this way stays so until it is dropped.',
  }),
  spoolFolder: text('millrace.spool.folder', {
    optional: true,
    importance: 'LOW',
    group: TRANSACTIONS,
    documentation:
      "Folder on a disk of the worker for changes of transactions that have not ended; created when missing, but not its parent. Its files have no name and are gone with the process. Default: the system's folder for temporary files.",
  }),
  spoolMaxBytes: integer('millrace.spool.max.bytes', 'LONG', {
    default: '10737418240',
    importance: 'LOW',
    group: TRANSACTIONS,
    check: atLeast(1_048_576),
    documentation:
      'Most bytes on disk for these changes, per task. When large running transactions need more, or the disk is full, the session begins anew and gets transactions at their end. Prepared ones that need more fail the task.',
  }),
};
