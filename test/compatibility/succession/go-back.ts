import assert from 'node:assert/strict';
import { ConnectClient } from '../../../scripts/demo/connect-client.ts';
import { documentedSteps, follow } from './documented-steps.ts';
import type { Succession } from './succession.ts';

/** From ours to the Java worker by the steps of docs/moving-from-connect.md. */
export async function goBack(moved: Succession): Promise<void> {
  const [stop, stopWorkers, startConnect, resume] = await documentedSteps('Back to Kafka Connect');
  // Starting and stopping processes is what the page leaves to the operator, and the stack does here.
  assert.deepEqual([stopWorkers, startConnect], [undefined, undefined]);
  const variables = { WORKER: moved.ours.url, CONNECT: moved.java.url, NAME: moved.name };
  await follow(stop, variables);
  const ours = new ConnectClient(moved.ours.url);
  await ours.until(moved.name, ({ connector: { state }, tasks }) => state === 'STOPPED' && tasks.length === 0, 30_000);
  await moved.ours.kill('SIGTERM');
  const java = await moved.startJava();
  await follow(resume, variables);
  await java.untilRunning(moved.name, 60_000);
}
