import { queueOf, type ConnectorOffsets } from './connector-offsets.ts';
import { startAgain, wait, type Field } from './field.ts';
import { openSnapshots } from './judge.ts';
import { sendAgain } from './late-requests.ts';
import { untilInSync } from './server-faults.ts';
import { isRunning } from './set-up.ts';
import { untilRead } from './snapshot-faults.ts';
import { ToldReader } from './told-reader.ts';
import { TopicsReader } from './topics-reader.ts';

const RUNNING_TIMEOUT_MS = 150_000;
/** Snapshots that follow each other may be many by then. */
const SNAPSHOTS_TIMEOUT_MS = 240_000;
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
  for (const connector of field.connectors) {
    const { name } = connector;
    for (;;) {
      const status = await field.rest.status(name);
      if (isRunning(status)) break;
      await sendAgain(field, connector);
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

/** Every snapshot comes to its end; one that does not is named. */
export async function untilNothingIsRead(field: Field): Promise<string[]> {
  const problems: string[] = [];
  for (const connector of field.connectors)
    await untilRead(field, connector).catch((error: unknown) => {
      field.signal.throwIfAborted();
      problems.push(String(error));
    });
  const deadline = performance.now() + SNAPSHOTS_TIMEOUT_MS;
  for (const { name } of field.connectors)
    for (;;) {
      const queue = queueOf(await field.rest.offsets(name));
      if (queue === undefined) break;
      await goOnIfLate(field, name, queue);
      if (performance.now() > deadline) {
        problems.push(`${name}: the incremental snapshot does not end: ${JSON.stringify(queue)}`);
        break;
      }
      await wait(field, POLL_MS);
    }
  return problems;
}

/** As with other requests: a pause whose answer was lost may have come after what was to end it. */
async function goOnIfLate(
  field: Field,
  name: string,
  queue: NonNullable<ConnectorOffsets[number]['offset']>,
): Promise<void> {
  if (queue['millrace.paused'] !== true || !field.rest.mayBeLate(name)) return;
  field.print(`  the snapshot of ${name} is paused by a signal that was not answered in time; it is told to go on`);
  await field.rest.signal(name, { id: `${name}-late`, type: 'resume-snapshot', data: {} });
}

export interface Delivered {
  readonly reader: TopicsReader;
  readonly told: ToldReader;
  readonly problems: readonly string[];
}

/** Ends the load, writes the last rows and reads every topic until they have come, or nothing comes any more. */
export async function readTopics(field: Field): Promise<Delivered> {
  for (const { load } of field.connectors) await load.stop();
  for (const { load } of field.connectors) await load.writeMarkers();
  const lives = field.connectors.flatMap((connector) => connector.lives);
  const { bootstrap } = field.kafka;
  const within = { silenceMs: SILENCE_MS, signal: field.signal };
  const reader = new TopicsReader(
    bootstrap,
    lives.flatMap(({ ledgers }) => ledgers.map(({ topic }) => topic)),
  );
  const told = new ToldReader(
    bootstrap,
    lives.map(({ toldTopic }) => toldTopic),
  );
  try {
    await reader.start();
    await reader.until(() => missingMarkers(field, reader).length === 0, within);
    await told.start();
    await told.until(() => lives.every((life) => openSnapshots(life, told).length === 0), within);
  } finally {
    await reader.stop();
    await told.stop();
  }
  const missing = missingMarkers(field, reader);
  return { reader, told, problems: missing.map((topic) => `${topic}: what was written last did not arrive`) };
}

/** Topics that have not all rows that were written last, those of earlier lives included: what is not read yet is not lost. */
function missingMarkers(field: Field, reader: TopicsReader): string[] {
  return field.connectors
    .flatMap(({ lives }) => lives.flatMap(({ ledgers }) => ledgers))
    .filter(({ topic, markers }) => {
      const { newest } = reader.contents(topic);
      return [...markers].some(([key, version]) => (newest.get(key) ?? 0) < version);
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
