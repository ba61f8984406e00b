import { builtInSourceCodes } from './codes/built-in-sources.ts';
import { formatCodes } from './codes/format.ts';
import { generalCodes } from './codes/general.ts';
import { kafkaCodes } from './codes/kafka.ts';
import { pluginCodes } from './codes/plugin.ts';
import { postgresCodes } from './codes/postgres.ts';
import { taskCodes } from './codes/task.ts';
import { transformCodes } from './codes/transform.ts';
import { workerCodes } from './codes/worker.ts';
import type { ErrorDefinition } from './error-definition.ts';

/** Every error code of millrace with its advice; documentation and REST texts come from here. */
export const catalogue = {
  ...builtInSourceCodes,
  ...formatCodes,
  ...generalCodes,
  ...kafkaCodes,
  ...pluginCodes,
  ...postgresCodes,
  ...taskCodes,
  ...transformCodes,
  ...workerCodes,
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof catalogue;
