import type { RowChange } from '../../change-event.ts';
import { fieldText } from '../../row-image.ts';
import { SettingValueError } from '../../../settings/setting.ts';
import type { TaskSignal } from '../../task-signal.ts';

/** The table whose new rows are signals: `signal.data.collection`, as `schema.table` or `database.schema.table`. */
export class SignalTable {
  readonly schema: string;
  readonly table: string;

  constructor(name: string) {
    const parts = name.split('.').map((part) => part.replace(/^"(.*)"$/, '$1'));
    const [schema, table] = parts.slice(-2);
    if (parts.length < 2 || parts.length > 3 || parts.includes('') || schema === undefined || table === undefined)
      throw new SettingValueError(`'${name}' is not of the form schema.table`);
    this.schema = schema;
    this.table = table;
  }

  is(schema: string, table: string): boolean {
    return schema === this.schema && table === this.table;
  }

  /** The signals among changes, in order. Their columns count by their place: id, type, data. */
  signals(changes: readonly RowChange[]): TaskSignal[] {
    const found: TaskSignal[] = [];
    let table: RowChange['table'] | undefined;
    let isOurs = false;
    for (const change of changes) {
      if (change.table !== table) {
        table = change.table;
        isOurs = this.is(table.schema ?? '', table.table);
      }
      if (!isOurs || change.op !== 'c' || change.after === null) continue;
      const { after } = change;
      const text = (column: number): string | null =>
        column < change.table.columns.length ? (fieldText(after, column) ?? null) : null;
      found.push({ id: text(0) ?? '', type: text(1) ?? '', data: text(2) });
    }
    return found;
  }
}
