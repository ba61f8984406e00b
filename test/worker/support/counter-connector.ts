import { setTimeout as delay } from 'node:timers/promises';
import type { RowChange } from '../../../connectors/change-event.ts';
import { imageOf } from '../../../connectors/row-image.ts';
import type { SourceConnector, SourceTask, TaskContext } from '../../../connectors/source-connector.ts';
import type { TableSchema } from '../../../connectors/table-schema.ts';
import { ConnectorError } from '../../../errors/connector-error.ts';
import { integer, text } from '../../../settings/kinds.ts';
import { PluginRegistry, type PluginEntry } from '../../../worker/plugins.ts';

/** Counts upwards, one change per number, and goes on where its offset says; its topic shows every loss and repetition. */
const counterSettings = {
  topicPrefix: text('topic.prefix', { required: true, documentation: 'Name of the source.' }),
  tasks: integer('counter.tasks', 'INT', { default: '1', documentation: 'Number of tasks that are made.' }),
  everyMs: integer('counter.every.ms', 'INT', { default: '10', documentation: 'Time between two numbers.' }),
  fails: text('counter.fails', { optional: true, documentation: 'Error code that every task fails with at once.' }),
};

function schemaOf(task: number): TableSchema {
  const column = { type: { kind: 'int64' }, sourceType: { name: 'int8', length: null, scale: null } } as const;
  return {
    database: 'none',
    schema: 'public',
    table: `counter${task}`,
    columns: [{ ...column, name: 'n', optional: false, defaultText: undefined }],
    key: [0],
  };
}

function change(table: TableSchema, n: number): RowChange {
  return {
    kind: 'row',
    op: 'c',
    table,
    before: null,
    partialBefore: false,
    after: imageOf([String(n)]),
    transaction: {
      source: 'postgresql',
      database: 'none',
      xid: n,
      timeMicros: BigInt(Date.now()) * 1000n,
      commitLsn: BigInt(n),
      previousCommitEnd: null,
      snapshot: 'false',
    },
    positionHigh: 0,
    positionLow: n,
    ordinal: 1,
  };
}

class CounterTask implements SourceTask {
  readonly #context: TaskContext;

  constructor(context: TaskContext) {
    this.#context = context;
  }

  async run(): Promise<void> {
    const { config, signal, task } = this.#context;
    if (config['counter.fails'] !== undefined)
      throw new ConnectorError(config['counter.fails'] === 'CONFIG_INVALID' ? 'CONFIG_INVALID' : 'INTERNAL', 'told to');
    const partition = { server: config['topic.prefix'] ?? '', task };
    const stored = await this.#context.readOffset(partition);
    const table = schemaOf(task);
    this.#context.started();
    for (let n = Number(stored?.['count'] ?? 0) + 1; !signal.aborted; n += 1) {
      const batch = { events: [change(table, n)], offsets: [{ partition, offset: { count: n } }], bytes: 100 };
      const { room, acknowledged } = this.#context.emit(batch);
      // A failure ends the pipeline, and with it this task.
      acknowledged.catch(() => undefined);
      await room;
      await delay(Number(config['counter.every.ms'] ?? '10'), undefined, { signal }).catch(() => undefined);
    }
  }
}

const counterConnector: SourceConnector = {
  className: 'test.CounterConnector',
  aliases: [],
  version: '1.0',
  settings: counterSettings,
  validate: () => Promise.resolve([]),
  taskConfigs: (config) =>
    Array.from({ length: Number(config['counter.tasks'] ?? '1') }, (_, task) => ({
      ...config,
      'task.number': String(task),
    })),
  createTask: (context) => new CounterTask(context),
  checkOffsets: (_config, offsets) => {
    for (const { offset } of offsets)
      if (offset !== null && typeof offset['count'] !== 'number')
        throw new ConnectorError('OFFSET_INVALID', 'an offset of a counter has the member count');
  },
};

const entry: PluginEntry = {
  className: counterConnector.className,
  aliases: counterConnector.aliases,
  version: counterConnector.version,
  load: () => Promise.resolve(counterConnector),
};

export function counterPlugins(): PluginRegistry {
  return new PluginRegistry([entry]);
}
