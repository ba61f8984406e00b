import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { guardTables } from './table-guardrail.ts';

describe('guardrail.collections.max', () => {
  function told(tablesMax: number, tables: number): string[] {
    const lines: string[] = [];
    guardTables({ tablesMax, tablesMaxAction: 'warn' }, tables, { warn: (_, message) => void lines.push(message) });
    return lines;
  }

  it('tells when the filters match more tables, and fails the task where it is to', () => {
    assert.deepEqual([told(0, 100), told(2, 2)], [[], []]);
    const [line = ''] = told(2, 3);
    assert.match(line, /3 tables match the filters, more than the 2/);
    const fail = { tablesMax: 2, tablesMaxAction: 'fail' } as const;
    assert.throws(() => guardTables(fail, 3, { warn: () => undefined }), /3 tables match/);
  });
});
