import type { ChangeEvent } from '../../../connectors/change-event.ts';
import { messageFilter } from '../../../connectors/postgres/message-filter.ts';
import { filterSettings } from '../../../connectors/postgres/settings/capture.ts';
import type { TableSchema } from '../../../connectors/table-schema.ts';
import { debeziumFormat } from '../../../formats/debezium/debezium-format.ts';
import type { TableEncoder } from '../../../formats/format.ts';
import { parseSettings } from '../../../settings/parse-settings.ts';
import { TaskDriver } from '../../postgres/support/task-driver.ts';
import { until, type TestDatabase } from '../../postgres/support/test-database.ts';
import { TextSink } from '../../support/encoded.ts';
import { anonymous, type PlainRecord } from './plain-record.ts';

const PREFIX = 'ownside';
/** What a stream of changes ends with. */
const LAST_TABLE = 'done';

/** Our connector on a database of the zoo; its changes are encoded under as many configurations as wanted. */
export class OwnRun {
  readonly #driver: TaskDriver;

  private constructor(driver: TaskDriver) {
    this.#driver = driver;
  }

  static async start(database: TestDatabase, snapshotMode: 'no_data' | 'initial'): Promise<OwnRun> {
    const config = database.config({
      'topic.prefix': PREFIX,
      'slot.name': `own_${snapshotMode}`,
      'publication.autocreate.mode': 'disabled',
      'schema.include.list': 'z',
      'skipped.operations': 'none',
      'snapshot.mode': snapshotMode,
      // Events for all configurations; those without do not get the marks.
      'provide.transaction.metadata': 'true',
    });
    const driver = new TaskDriver({ config });
    await driver.start();
    return new OwnRun(driver);
  }

  /** Settles when the last statement of the zoo has come through. */
  async events(): Promise<readonly ChangeEvent[]> {
    const { changes } = this.#driver;
    let count = 0;
    while (changes.at(-1)?.table.table !== LAST_TABLE) {
      count = changes.length + 1;
      await this.#driver.waitForChanges(count);
    }
    // The end of the last transaction comes with its change or behind it.
    await until(() => isEnd(this.#driver.events.at(-1)), 'the last transaction has ended');
    return this.#driver.events;
  }

  /** Waits until so many rows of `z.done` have come through. */
  async reached(marks: number): Promise<void> {
    const { changes } = this.#driver;
    const count = (): number => changes.filter(({ table }) => table.table === LAST_TABLE).length;
    await until(() => count() >= marks, `our side has come to mark ${marks}`);
    await until(() => isEnd(this.#driver.events.at(-1)), 'the last transaction has ended');
  }

  /** What has come through so far; after a start with a snapshot all of its rows. */
  get soFar(): readonly ChangeEvent[] {
    return this.#driver.events;
  }

  stop(): Promise<void> {
    return this.#driver.stop();
  }
}

function isEnd(event: ChangeEvent | undefined): boolean {
  return event?.kind === 'transaction' && event.mark === 'end';
}

/** The records that our format makes of events. */
export function ownRecords(events: readonly ChangeEvent[], config: Readonly<Record<string, string>>): PlainRecord[] {
  const format = debeziumFormat({ 'topic.prefix': PREFIX, ...config }, {});
  const encoders = new Map<TableSchema, TableEncoder>();
  const isWanted = messagesOf(config);
  return events.flatMap((event) => {
    if (event.kind === 'record' || event.kind === 'delivered' || event.kind === 'heartbeat') return [];
    if (event.kind === 'transaction' && config['provide.transaction.metadata'] !== 'true') return [];
    if (event.kind === 'message' && !isWanted(event.prefix)) return [];
    const sink = new TextSink();
    let topic = '';
    if (event.kind === 'row') {
      const encoder = encoders.get(event.table) ?? format.compile(event.table);
      encoders.set(event.table, encoder);
      encoder.encode(event, sink);
      topic = encoder.topic;
    } else if (event.kind !== 'table') {
      format.encodeSide(event, sink);
      topic = format.sideTopic(event);
    }
    return sink.records.map((record) => anonymous({ topic, ...record }, PREFIX));
  });
}

/** The connector would leave out the others; here one run of it serves all configurations. */
function messagesOf(config: Readonly<Record<string, string>>): (prefix: string) => boolean {
  const { messageInclude, messageExclude } = parseSettings(filterSettings, config).values;
  return messageFilter({ messageInclude, messageExclude });
}
