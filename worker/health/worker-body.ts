import { z } from 'zod';
import { taskBody } from './task-body.ts';

/** `GET /summary/worker`: what one worker says of itself to the one that puts the summary together. */
export const workerBody = z.object({
  worker_id: z.string(),
  url: z.string(),
  version: z.string(),
  rss_bytes: z.number(),
  connectors: z.array(z.string()),
  hosts: z.array(z.object({ pid: z.number(), rss_bytes: z.number().nullable(), tasks: z.array(z.string()) })),
  tasks: z.array(taskBody),
});
export type WorkerBody = z.infer<typeof workerBody>;
