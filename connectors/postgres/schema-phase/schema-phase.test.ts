import assert from 'node:assert/strict';
import type { ChangeBatch } from '../../change-batch.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Session } from '../connection/session.ts';
import { Handover } from '../handover.ts';
import { planRules } from '../plan-rules.ts';
import { parseConfig } from '../source-config.ts';
import { SchemaPhase } from './schema-phase.ts';

const config = parseConfig({
  'database.hostname': 'h',
  'database.user': 'u',
  'database.dbname': 'd',
  'topic.prefix': 'inv',
  'millrace.schema.phase': 'on',
});
const column = { name: 'c', typeOid: 23, typmod: -1, notNull: false, generated: '', defaultText: undefined };
/** As wide as a table can be: the catalog is asked for three of them at once, at most. */
const columns = Array.from({ length: 1600 }, () => ({ ...column, computedDefault: false }));
const tables = Array.from({ length: 4 }, (_, oid): CatalogTable => ({
  oid,
  schema: 's',
  table: `t${oid}`,
  kind: 'r',
  isPartition: false,
  identity: 'd',
  columns,
  primaryKey: [],
  uniqueKeys: [],
}));

/** A catalog that answers so many questions. */
function session(answers: number): Pick<Session, 'query'> {
  let asked = 0;
  return {
    query: (_text, [oids] = []) => {
      asked += 1;
      if (asked > answers) return Promise.reject(new Error('the connection is lost'));
      const told = (oid: string): string => JSON.stringify({ schema: 's', table: `t${oid}` });
      return Promise.resolve((oids as string[]).map((oid) => ({ oid: Number(oid), told: told(oid) })));
    },
  };
}

async function tell(answers: number): Promise<{ batches: ChangeBatch[]; failure: unknown; figures: unknown }> {
  const batches: ChangeBatch[] = [];
  const handover = new Handover(
    {
      signal: new AbortController().signal,
      commitNow: () => undefined,
      emit: (batch) => {
        batches.push(batch);
        return { room: undefined, acknowledged: Promise.resolve() };
      },
    },
    0n,
  );
  let figures: unknown;
  const silent = (): void => undefined;
  const phase = SchemaPhase.of(config, planRules(config), {
    facts: { schemaPhase: (progress) => (figures = progress) },
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  const source = { session: session(answers) as Session, tables, handover, from: 0x10n };
  const failure: unknown = await phase?.tell(source).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { batches, failure, figures };
}

describe('the schema phase', () => {
  it('asks the catalog for so much at a time, and leaves the transaction open for what comes with it', async () => {
    const { batches, failure, figures } = await tell(2);
    assert.equal(failure, undefined);
    assert.deepEqual(
      batches.map(({ events, continues }) => [events.length, continues]),
      [
        [3, true],
        [1, true],
      ],
    );
    assert.deepEqual(figures, { tables: 4, topics: 4, definitions: 4 });
  });

  it('leaves nothing of itself behind when the catalog cannot be asked any more', async () => {
    const { batches, failure } = await tell(1);
    assert.match(String(failure), /the connection is lost/);
    assert.deepEqual(
      batches.map(({ events, transaction }) => [events.length, transaction]),
      [
        [3, undefined],
        [0, 'abort'],
      ],
    );
    assert.equal((await tell(0)).batches.length, 0);
  });

  it('is none by default', () => {
    const off = { ...config, schemaPhase: 'off' } as const;
    const silent = (): void => undefined;
    const log = { debug: silent, info: silent, warn: silent, error: silent };
    assert.equal(SchemaPhase.of(off, planRules(off), { facts: { schemaPhase: silent }, log }), undefined);
  });
});
