import type { RowChange } from '../../../connectors/change-event.ts';
import type { TableSchema } from '../../../connectors/table-schema.ts';
import { debeziumFormat } from '../../../formats/debezium/debezium-format.ts';
import type { TableEncoder } from '../../../formats/format.ts';
import { TaskDriver } from '../../postgres/support/task-driver.ts';
import type { TestDatabase } from '../../postgres/support/test-database.ts';
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
    });
    const driver = new TaskDriver({ config });
    await driver.start();
    return new OwnRun(driver);
  }

  /** Settles when the last statement of the zoo has come through. */
  async changes(): Promise<readonly RowChange[]> {
    const { changes } = this.#driver;
    let count = 0;
    while (changes.at(-1)?.table.table !== LAST_TABLE) {
      count = changes.length + 1;
      await this.#driver.waitForChanges(count);
    }
    return changes;
  }

  /** What has come through so far; after a start with a snapshot all of its rows. */
  get soFar(): readonly RowChange[] {
    return this.#driver.changes;
  }

  stop(): Promise<void> {
    return this.#driver.stop();
  }
}

/** The records that our format makes of changes. */
export function ownRecords(changes: readonly RowChange[], config: Readonly<Record<string, string>>): PlainRecord[] {
  const format = debeziumFormat({ 'topic.prefix': PREFIX, ...config }, {});
  const encoders = new Map<TableSchema, TableEncoder>();
  return changes.flatMap((change) => {
    const encoder = encoders.get(change.table) ?? format.compile(change.table);
    encoders.set(change.table, encoder);
    const sink = new TextSink();
    encoder.encode(change, sink);
    return sink.records.map((record) => anonymous({ topic: encoder.topic, ...record }, PREFIX));
  });
}
