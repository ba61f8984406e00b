import { MARKERS } from './chaos-load.ts';
import { startAgain, wait, type Field } from './field.ts';
import { untilInSync } from './server-faults.ts';
import { isRunning, type Captured } from './set-up.ts';
import { TopicsReader } from './topics-reader.ts';

const RUNNING_TIMEOUT_MS = 150_000;
const POLL_MS = 500;
/** When nothing at all has arrived for so long, nothing will. */
const SILENCE_MS = 60_000;

/** After the last fault: everything is mended, and every connector and task gets time to run; what does not is named. */
export async function untilAllRun(field: Field): Promise<string[]> {
  const problems: string[] = [];
  for (const wire of [field.databaseWire, ...field.brokerWires]) wire.calm();
  for (const worker of field.workers) {
    if (worker.running) continue;
    problems.push(`${worker.name} had ended by itself`);
    await startAgain(field, worker);
  }
  await untilInSync(field);
  const deadline = performance.now() + RUNNING_TIMEOUT_MS;
  for (const { name, config } of field.connectors) {
    for (;;) {
      const status = await field.rest.status(name);
      if (isRunning(status)) break;
      const state = status?.connector.state ?? 'missing';
      // A request whose answer was lost may have been carried out after the one that took it back.
      if (['missing', 'PAUSED', 'STOPPED'].includes(state) && mayHaveBeenLate(field, name)) {
        field.print(`  ${name} is ${state} by a request that was not answered in time; it is sent for again`);
        await (state === 'missing' ? field.rest.putConfig(name, config) : field.rest.put(name, 'resume'));
      }
      if (performance.now() > deadline) {
        problems.push(
          `${name} does not run ${RUNNING_TIMEOUT_MS / 1000} s after the last fault: ${JSON.stringify(status)}`,
        );
        break;
      }
      await wait(field, POLL_MS);
    }
  }
  return problems;
}

function mayHaveBeenLate(field: Field, name: string): boolean {
  return field.rest.unanswered.some((request) => request.includes(`/connectors/${name}`));
}

export interface Delivered {
  readonly reader: TopicsReader;
  readonly problems: readonly string[];
}

/** Ends the load, writes the last rows and reads every topic until they have come, or nothing comes any more. */
export async function readTopics(field: Field, captured: readonly Captured[]): Promise<Delivered> {
  for (const { load } of captured) await load.stop();
  for (const { load } of captured) await load.writeMarkers();
  const reader = new TopicsReader(
    field.kafka.bootstrap,
    captured.flatMap(({ ledgers }) => ledgers.map(({ topic }) => topic)),
  );
  try {
    await reader.start();
    const complete = (): boolean => missingMarkers(captured, reader).length === 0;
    await reader.until(complete, { silenceMs: SILENCE_MS, signal: field.signal });
  } finally {
    await reader.stop();
  }
  const missing = missingMarkers(captured, reader);
  return { reader, problems: missing.map((topic) => `${topic}: what was written last did not arrive`) };
}

/** Topics that have not all rows that were written last. */
function missingMarkers(captured: readonly Captured[], reader: TopicsReader): string[] {
  return captured
    .flatMap(({ ledgers }) => ledgers)
    .filter(({ topic }) => {
      const { newest } = reader.contents(topic);
      for (let marker = 1; marker <= MARKERS; marker += 1) if (!newest.has(String(-marker))) return true;
      return false;
    })
    .map(({ topic }) => topic);
}

/** Connectors that do not run now. */
export async function notRunning(field: Field): Promise<string[]> {
  const problems: string[] = [];
  for (const { name } of field.connectors) {
    const status = await field.rest.status(name);
    if (!isRunning(status)) problems.push(`${name} does not run at the end: ${JSON.stringify(status)}`);
  }
  return problems;
}
