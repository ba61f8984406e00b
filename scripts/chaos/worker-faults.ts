import { childrenOf } from '../stack/process-identity.ts';
import type { WorkerServer } from '../stack/worker-server.ts';
import type { FaultOf } from './fault.ts';
import { at, startAgain, wait, type Field } from './field.ts';

export async function downWorker(field: Field, fault: FaultOf<'worker-kill' | 'worker-stop'>): Promise<void> {
  const worker = await living(field, fault.worker);
  await worker.kill(fault.kind === 'worker-kill' ? 'SIGKILL' : 'SIGTERM');
  await wait(field, fault.downMs);
  await startAgain(field, worker);
}

/** One worker after the other, as an upgrade does it. */
export async function rollingRestart(field: Field): Promise<void> {
  for (const worker of field.workers) {
    await worker.kill('SIGTERM');
    await startAgain(field, worker);
  }
}

export async function killHost(field: Field, fault: FaultOf<'host-kill'>): Promise<void> {
  const hosts = await childrenOf((await living(field, fault.worker)).pid);
  if (hosts.length > 0) signalTo(field.random.pick(hosts), 'SIGKILL');
}

export async function freezeWorker(field: Field, { worker: place, what, ms }: FaultOf<'worker-freeze'>): Promise<void> {
  const worker = await living(field, place);
  const frozen = await processesOf(worker, what);
  for (const pid of frozen) signalTo(pid, 'SIGSTOP');
  try {
    await wait(field, ms);
  } finally {
    for (const pid of frozen) signalTo(pid, 'SIGCONT');
  }
}

/** A worker never ends unless it is told to. */
async function living(field: Field, place: number): Promise<WorkerServer> {
  const worker = at(field.workers, place);
  if (worker.running) return worker;
  await startAgain(field, worker);
  throw new Error(`${worker.name} had ended by itself`);
}

async function processesOf(worker: WorkerServer, what: FaultOf<'worker-freeze'>['what']): Promise<number[]> {
  const hosts = what === 'worker' ? [] : await childrenOf(worker.pid);
  return what === 'hosts' ? hosts : [worker.pid, ...hosts];
}

export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended by itself in the meantime
  }
}
