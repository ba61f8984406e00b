import assert from 'node:assert/strict';
import type { RowChange } from '../../../connectors/change-event.ts';
import { isMap, Struct } from '../../../connectors/connect-data.ts';
import { servers } from '../../support/servers.ts';
import { foldedRows } from './folded-rows.ts';
import { OffsetStore, TaskDriver, type DriverOptions } from './task-driver.ts';
import { TestDatabase, until } from './test-database.ts';

/** Rows of the table `item`, all of version 1. */
export const ROWS = 5000;

/** A database with a table, and tasks that take incremental snapshots of it. */
export class IncrementalField {
  readonly database: TestDatabase;
  readonly offsets = new OffsetStore();
  readonly #drivers: TaskDriver[] = [];

  private constructor(database: TestDatabase) {
    this.database = database;
  }

  static async open(): Promise<IncrementalField> {
    const database = await TestDatabase.create(servers().postgres.address);
    await database.sql(`CREATE TABLE item (id int PRIMARY KEY, version int NOT NULL, note text);
      INSERT INTO item SELECT n, 1, repeat('x', 100) FROM generate_series(1, ${ROWS}) n`);
    return new IncrementalField(database);
  }

  async close(): Promise<void> {
    // A test that failed must not leave all commits waiting.
    await this.database.sql('ALTER SYSTEM RESET synchronous_standby_names');
    await this.database.sql('SELECT pg_reload_conf()');
    for (const driver of this.#drivers) await driver.stop();
    await this.database.drop();
  }

  task(config: Readonly<Record<string, string>> = {}, more: Partial<DriverOptions> = {}): TaskDriver {
    const driver = new TaskDriver({
      config: this.database.config({
        'notification.enabled.channels': 'sink',
        'notification.sink.topic.name': 'told',
        ...config,
      }),
      offsets: this.offsets,
      ...more,
    });
    this.#drivers.push(driver);
    return driver;
  }

  async table(name = 'item'): Promise<Map<string, number>> {
    const rows = await this.database.sql(`SELECT id::text, version FROM ${name}`);
    return new Map(rows.map(({ id, version }) => [String(id), Number(version)]));
  }

  /** What the changes come to is the table, and no version came after a newer one. */
  async assertEqual(changes: readonly RowChange[]): Promise<void> {
    const { rows, fallen } = foldedRows(changes);
    assert.deepEqual(fallen.slice(0, 5), []);
    const expected = await this.table();
    assert.deepEqual([...expected].filter(([id, version]) => rows.get(id) !== version).slice(0, 5), []);
    assert.equal(rows.size, expected.size);
  }
}

/** Types of notifications with one of their members. */
export function told(driver: TaskDriver, member = 'status'): string[] {
  return driver.events.flatMap((event) => {
    if (event.kind !== 'record' || !(event.record.value instanceof Struct)) return [];
    const data = event.record.value.get('additional_data') ?? null;
    const value = isMap(data) ? data.get(member) : undefined;
    const type = event.record.value.get('type');
    return [[type, value].filter((text) => typeof text === 'string').join(' ')];
  });
}

export function isOver(driver: TaskDriver, times = 1): Promise<void> {
  return until(() => told(driver).filter((text) => text === 'COMPLETED').length >= times, 'the snapshot is completed');
}
