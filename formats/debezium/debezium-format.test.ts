import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RowChange } from '../../connectors/change-event.ts';
import type { TableSchema } from '../../connectors/table-schema.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { change, column, table, TextSink, transaction, type TextRecord } from '../../test/support/encoded.ts';
import { debeziumFormat, debeziumFormatProblems } from './debezium-format.ts';
import { capturedEnvelopeSchema } from '../../test/formats/captured-envelope-schema.ts';

const NOW = 1_795_242_443_575;
const plain = { 'key.converter.schemas.enable': 'false', 'value.converter.schemas.enable': 'false' };
const converters = {
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
};
/** Without schemas and without the headers that every record has. */
const bare = { ...converters, ...plain, 'extended.headers.enabled': 'false' };

const key = column(
  'a',
  { kind: 'int32' },
  { optional: false, sourceType: { name: 'int4', length: null, scale: null } },
);
const pair = table('pair', [key, column('b', { kind: 'text' })]);

function format(config: Readonly<Record<string, string>> = bare) {
  return debeziumFormat({ 'topic.prefix': 'PFX', ...config }, {}, { task: 0, runId: 'a-run', now: () => NOW });
}

function records(changes: readonly RowChange[], config = bare as Readonly<Record<string, string>>): TextRecord[] {
  const sink = new TextSink();
  const compiled = format(config);
  const encoders = new Map<TableSchema, ReturnType<typeof compiled.compile>>();
  for (const one of changes) {
    const encoder = encoders.get(one.table) ?? compiled.compile(one.table);
    encoders.set(one.table, encoder);
    encoder.encode(one, sink);
  }
  return sink.records;
}

/** The envelope around two row images, for the change at LSN 32885368. */
function envelope(before: string, after: string, op: string): string {
  return `{"before":${before},"after":${after},"source":{"version":"3.5.0.Final","connector":"postgresql","name":"PFX","ts_ms":1795242443517,"snapshot":"false","db":"shop","sequence":"[null,\\"32885368\\"]","ts_us":1795242443517616,"ts_ns":1795242443517616000,"schema":"public","table":"pair","txId":855,"lsn":32885368,"xmin":null,"origin":null,"origin_lsn":null},"transaction":null,"op":"${op}","ts_ms":1795242443575,"ts_us":1795242443575000,"ts_ns":1795242443575000000}`;
}

describe("Debezium's records", () => {
  it('of an insert, an update and a delete are byte for byte those of Debezium 3.5', () => {
    const { length, ...written } = records([
      change('c', pair, { after: ['1', 'x'] }),
      change('u', pair, { after: ['1', null] }),
      change('d', pair, { before: ['1', null] }, { partialBefore: true }),
    ]);
    assert.equal(length, 4);
    assert.deepEqual(written, {
      0: { key: '{"a":1}', value: envelope('null', '{"a":1,"b":"x"}', 'c'), headers: {} },
      1: { key: '{"a":1}', value: envelope('null', '{"a":1,"b":null}', 'u'), headers: {} },
      2: { key: '{"a":1}', value: envelope('{"a":1,"b":null}', 'null', 'd'), headers: {} },
      3: { key: '{"a":1}', value: null, headers: {} },
    });
  });

  it('carry the old row with replica identity full', () => {
    const [record] = records([change('u', pair, { before: ['1', 'x'], after: ['1', 'y'] })]);
    assert.equal(record?.value, envelope('{"a":1,"b":"x"}', '{"a":1,"b":"y"}', 'u'));
  });

  it('of a truncate have no key and no rows', () => {
    assert.deepEqual(records([change('t', pair, {})]), [
      { key: null, value: envelope('null', 'null', 't'), headers: {} },
    ]);
  });

  it('of a table without key have a null key, and a tombstone that is null altogether', () => {
    const keyless = table('pair', pair.columns, null);
    assert.deepEqual(
      records([change('d', keyless, { before: ['1', 'x'] })]).map((record) => [record.key, record.value === null]),
      [
        [null, false],
        [null, true],
      ],
    );
  });

  it('of a changed key are a delete, its tombstone and a create that refer to each other', () => {
    const written = records([change('u', pair, { before: ['1', null], after: ['2', 'x'] }, { partialBefore: true })]);
    assert.deepEqual(written, [
      { key: '{"a":1}', value: envelope('{"a":1,"b":null}', 'null', 'd'), headers: { '__debezium.newkey': '{"a":2}' } },
      { key: '{"a":1}', value: null, headers: { '__debezium.newkey': '{"a":2}' } },
      { key: '{"a":2}', value: envelope('null', '{"a":2,"b":"x"}', 'c'), headers: { '__debezium.oldkey': '{"a":1}' } },
    ]);
  });

  it('take a key for unchanged that only looks different or is not known', () => {
    const amount = table('pair', [column('a', { kind: 'decimal', precision: null, scale: null }, { optional: false })]);
    const same = change('u', amount, { before: ['1.0'], after: ['1.00'] });
    const unknown = change('u', pair, { before: [null, 'x'], after: ['2', 'x'] }, { partialBefore: true });
    for (const one of [same, unknown]) assert.equal(records([one]).length, 1);
  });

  it('have no tombstones with tombstones.on.delete=false', () => {
    const config = { ...bare, 'tombstones.on.delete': 'false' };
    const rekeyed = change('u', pair, { before: ['1', null], after: ['2', 'x'] }, { partialBefore: true });
    assert.equal(records([change('d', pair, { before: ['1', 'x'] }), rekeyed], config).length, 3);
  });

  it('have headers that name connector, task and run', () => {
    const config = { ...converters, ...plain };
    const written = records([change('u', pair, { before: ['1', 'x'], after: ['2', 'x'] })], config);
    const context = {
      '__debezium.context.connectorLogicalName': 'PFX',
      '__debezium.context.taskId': '0',
      '__debezium.context.connectorName': 'postgresql',
      '__debezium.context.runId': 'a-run',
    };
    assert.deepEqual(
      written.map(({ headers }) => Object.entries(headers)),
      [
        [['__debezium.newkey', '{"a":2}'], ...Object.entries(context)],
        [['__debezium.newkey', '{"a":2}'], ...Object.entries(context)],
        [['__debezium.oldkey', '{"a":1}'], ...Object.entries(context)],
      ],
    );
  });

  it('carry the schema that JsonConverter writes', () => {
    const config = { ...converters, 'extended.headers.enabled': 'false' };
    const trunc = { ...table('trunc', [column('id', { kind: 'int32' }, { optional: false })]), schema: 'z' };
    const [created, truncated, deleted, tombstone] = records(
      [change('c', trunc, { after: ['1'] }), change('t', trunc, {}), change('d', trunc, { before: ['1'] })],
      config,
    );
    const keySchema =
      '{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],"optional":false,"name":"PFX.z.trunc.Key"}';
    assert.equal(created?.key, `{"schema":${keySchema},"payload":{"id":1}}`);
    const start = `{"schema":${capturedEnvelopeSchema},"payload":{"before":`;
    for (const value of [created.value, truncated?.value, deleted?.value]) {
      assert.equal(value?.slice(0, start.length), start);
      assert.ok(typeof JSON.parse(value) === 'object');
    }
    assert.equal(tombstone?.value, null);
  });

  it('read in a snapshot say so', () => {
    const marked = { ...transaction, snapshot: 'first_in_data_collection', previousCommitEnd: 7n } as const;
    const [record] = records([change('r', pair, { after: ['1', 'x'] }, { transaction: marked })]);
    assert.match(
      record?.value ?? '',
      /"snapshot":"first_in_data_collection","db":"shop","sequence":"\[\\"7\\",\\"32885368\\"\]"/,
    );
    assert.match(record?.value ?? '', /"op":"r"/);
  });

  it('name positions, transaction numbers and times of any size exactly', () => {
    const far = { ...transaction, xid: 4_294_967_295, previousCommitEnd: 2n ** 62n + 1n, timeMicros: -1n };
    const [record] = records([
      change('c', pair, { after: ['1', 'x'] }, { transaction: far, positionHigh: 0x4000_0000, positionLow: 3 }),
    ]);
    const value = record?.value ?? '';
    assert.match(value, /"sequence":"\[\\"4611686018427387905\\",\\"4611686018427387907\\"\]"/);
    assert.match(value, /"ts_ms":-1,.*"ts_us":-1,"ts_ns":-1000,.*"txId":4294967295,"lsn":4611686018427387907,/);
  });

  it('of two transactions in turn keep their own source blocks', () => {
    const other = { ...transaction, xid: 856, previousCommitEnd: 32_886_016n };
    const written = records(
      [transaction, other, transaction].map((one) => change('c', pair, { after: ['1', 'x'] }, { transaction: one })),
    );
    assert.deepEqual(
      written.map(({ value }) => /"txId":(\d+)/.exec(value ?? '')?.[1]),
      ['855', '856', '855'],
    );
  });

  it('of the heartbeat topic hold the name and the time alone', () => {
    const sink = new TextSink();
    const withSchemas = format(converters);
    const beat = { kind: 'heartbeat', timeMs: NOW } as const;
    assert.equal(withSchemas.sideTopic(beat), '__debezium-heartbeat.PFX');
    format().encodeSide(beat, sink);
    withSchemas.encodeSide(beat, sink);
    assert.deepEqual(sink.records, [
      { key: '{"serverName":"PFX"}', value: `{"ts_ms":${NOW}}`, headers: {} },
      {
        key: '{"schema":{"type":"struct","fields":[{"type":"string","optional":false,"field":"serverName"}],"optional":false,"name":"io.debezium.connector.common.ServerNameKey","version":1},"payload":{"serverName":"PFX"}}',
        value: `{"schema":{"type":"struct","fields":[{"type":"int64","optional":false,"field":"ts_ms"}],"optional":false,"name":"io.debezium.connector.common.Heartbeat","version":1},"payload":{"ts_ms":${NOW}}}`,
        headers: {},
      },
    ]);
  });

  it('name the origin of a transaction that came from another server', () => {
    const replicated = { ...transaction, origin: { name: 'node "b"', lsn: 77n } };
    const [record] = records([change('c', pair, { after: ['1', 'x'] }, { transaction: replicated })]);
    const expected = envelope('null', '{"a":1,"b":"x"}', 'c').replace(
      '"origin":null,"origin_lsn":null',
      '"origin":"node \\"b\\"","origin_lsn":77',
    );
    assert.equal(record?.value, expected);
  });

  it('of logical messages hold prefix and content, in the form of binary.handling.mode', () => {
    const message = {
      kind: 'message',
      prefix: 'app',
      content: Buffer.from('>>>?'),
      transactional: true,
      transaction,
      positionHigh: 0,
      positionLow: 32_885_368,
      ordinal: 1,
    } as const;
    const written = (config: Readonly<Record<string, string>>): unknown => {
      const sink = new TextSink();
      format(config).encodeSide(message, sink);
      return sink.records[0];
    };
    assert.equal(format().sideTopic(message), 'PFX.message');
    const source =
      '"source":{"version":"3.5.0.Final","connector":"postgresql","name":"PFX","ts_ms":1795242443517,"snapshot":"false","db":"shop",' +
      '"sequence":"[null,\\"32885368\\"]","ts_us":1795242443517616,"ts_ns":1795242443517616000,"schema":"","table":"","txId":855,' +
      '"lsn":32885368,"xmin":null,"origin":null,"origin_lsn":null}';
    const value = (content: string): string =>
      `{"op":"m","ts_ms":${NOW},${source},"transaction":null,"message":{"prefix":"app","content":"${content}"}}`;
    assert.deepEqual(written(bare), { key: '{"prefix":"app"}', value: value('Pj4+Pw=='), headers: {} });
    const hex = { ...bare, 'binary.handling.mode': 'hex' };
    assert.deepEqual(written(hex), { key: '{"prefix":"app"}', value: value('3e3e3e3f'), headers: {} });
  });
});

describe('Columns in records', () => {
  it('that are NOT NULL get a zero of their type where a delete does not send them', () => {
    const required = { optional: false } as const;
    const wide = table('pair', [
      key,
      column('t', { kind: 'text' }, required),
      column('n', { kind: 'decimal', precision: 10, scale: 2 }, required),
      column('ts', { kind: 'timestamptz', precision: 6 }, required),
      column('h', { kind: 'hstore' }, required),
      column('ia', { kind: 'array', element: { kind: 'int32' } }, required),
      column('iv', { kind: 'interval' }, required),
      column('o', { kind: 'int32' }),
    ]);
    const [record] = records([
      change('d', wide, { before: ['1', null, null, null, null, null, null, null] }, { partialBefore: true }),
    ]);
    assert.match(
      record?.value ?? '',
      /^\{"before":\{"a":1,"t":"","n":"AA==","ts":"1970-01-01T00:00:00Z","h":"\{\}","ia":\[\],"iv":0,"o":null\},"after":null/,
    );
  });

  it('have their default in the schema and in place of NULL, unless the converter is told otherwise', () => {
    const named = (name: string) => ({ sourceType: { name, length: null, scale: null } });
    const defaults = table('pair', [
      { ...key, computedDefault: true },
      column('b', { kind: 'boolean' }, { ...named('bool'), defaultText: 't' }),
      column('n', { kind: 'decimal', precision: 10, scale: 2 }, { ...named('numeric'), defaultText: '7.50' }),
      column('c', { kind: 'text' }, { ...named('bpchar'), defaultText: 'ab   ' }),
      column('ts', { kind: 'timestamptz', precision: 6 }, { ...named('timestamptz'), computedDefault: true }),
      column('ip', { kind: 'text' }, { ...named('inet'), defaultText: '10.0.0.1' }),
    ]);
    const empty = change('c', defaults, { after: ['1', null, null, null, null, null] });
    const [replaced] = records([empty]);
    assert.match(
      replaced?.value ?? '',
      /"after":\{"a":1,"b":true,"n":"Au4=","c":"ab","ts":"1970-01-01T00:00:00.000000Z","ip":null\}/,
    );
    const [kept] = records([empty], { ...bare, 'value.converter.replace.null.with.default': 'false' });
    assert.match(kept?.value ?? '', /"after":\{"a":1,"b":null,"n":null,"c":null,"ts":null,"ip":null\}/);
    assert.match(kept?.value ?? '', /"snapshot":null,/); // whose default is "false"
    const [withSchema] = records([empty], converters);
    assert.match(withSchema?.key ?? '', /\{"type":"int32","optional":false,"default":0,"field":"a"\}/);
    assert.match(
      withSchema?.value ?? '',
      /"parameters":\{"scale":"2","connect.decimal.precision":"10"\},"default":"Au4=","field":"n"\}/,
    );
  });

  it('that were not sent carry the placeholder', () => {
    const [record] = records([change('u', pair, { after: ['1', undefined] })]);
    assert.match(record?.value ?? '', /"after":\{"a":1,"b":"__debezium_unavailable_value"\}/);
    const config = { ...bare, 'unavailable.value.placeholder': 'hex:616263' };
    assert.match(records([change('u', pair, { after: ['1', undefined] })], config)[0]?.value ?? '', /"b":"abc"/);
  });

  it('that belong to the key alone are in no row', () => {
    const hidden = table('pair', [{ ...key, keyOnly: true }, column('b', { kind: 'text' })]);
    const [record] = records([change('c', hidden, { after: ['1', 'x'] })]);
    assert.equal(record?.key, '{"a":1}');
    assert.match(record.value ?? '', /"after":\{"b":"x"\}/);
  });

  it('whose value has no form are null with a warning, or stop the task', () => {
    const amount = table('pair', [key, column('n', { kind: 'decimal', precision: null, scale: null })]);
    const changes = ['NaN', 'NaN'].map((text) => change('c', amount, { after: ['1', text] }));
    const warnings: string[] = [];
    const encoder = debeziumFormat(
      { 'topic.prefix': 'PFX', ...bare },
      {},
      { warn: (text) => warnings.push(text) },
    ).compile(amount);
    const sink = new TextSink();
    for (const one of changes) encoder.encode(one, sink);
    assert.match(sink.records[1]?.value ?? '', /"after":\{"a":1,"n":null\}/);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /column n of table public\.pair: NaN has no form/);
    const stops = { ...bare, 'event.converting.failure.handling.mode': 'fail' };
    assert.throws(
      () => records(changes, stops),
      (error: unknown) => error instanceof ConnectorError && error.code === 'VALUE_WITHOUT_FORM',
    );
    const required = table('pair', [
      key,
      column('n', { kind: 'decimal', precision: 5, scale: 2 }, { optional: false }),
    ]);
    assert.throws(() => records([change('c', required, { after: ['1', 'NaN'] })]), ConnectorError);
  });

  it('of unknown types are left out', () => {
    const mixed = table('pair', [key, column('x', { kind: 'unknown' }), column('b', { kind: 'text' })]);
    const [record] = records([change('c', mixed, { after: ['1', '(1,2)', 'x'] })]);
    assert.match(record?.value ?? '', /"after":\{"a":1,"b":"x"\}/);
  });
});

describe('The headers of a changed key', () => {
  it('are in the form of SimpleHeaderConverter', () => {
    const wide = table(
      'pair',
      [
        column('d', { kind: 'float64' }, { optional: false }),
        column('r', { kind: 'float32' }, { optional: false }),
        column('n', { kind: 'decimal', precision: 20, scale: 10 }, { optional: false }),
        column('t', { kind: 'text' }, { optional: false }),
        column('ba', { kind: 'bytes' }, { optional: false }),
      ],
      [0, 1, 2, 3, 4],
    );
    const [deleted, , created] = records([
      change('u', wide, {
        before: ['1.5', '1e+10', '0.0000000001', 'a"b\\c\n😀', '\\x0102ff'],
        after: ['1e+300', 'NaN', '0.0000000000', '', '\\x'],
      }),
    ]);
    assert.equal(
      created?.headers['__debezium.oldkey'],
      '{"d":1.5,"r":1.0E10,"n":1E-10,"t":"a\\"b\\\\c\n😀","ba":"AQL/"}',
    );
    assert.equal(deleted?.headers['__debezium.newkey'], '{"d":1.0E300,"r":NaN,"n":0E-10,"t":"","ba":""}');
    assert.match(created.key ?? '', /"r":"NaN","n":"AA=="/);
  });
});

describe('A configuration', () => {
  const problems = (
    config: Readonly<Record<string, string>>,
    worker: Readonly<Record<string, string>> = {},
  ): string[] => debeziumFormatProblems({ 'topic.prefix': 'PFX', ...config }, worker).map(({ message }) => message);

  it('with an unknown converter is refused by the converter’s name', () => {
    const avro = { 'key.converter': 'io.confluent.connect.avro.AvroConverter' };
    assert.match(
      problems(avro)[0] ?? '',
      /AvroConverter for configuration key\.converter: .*could not be found; the converters there are: .*JsonConverter/,
    );
    assert.match(problems({}, { 'value.converter': 'Nope' })[0] ?? '', /Nope/);
    assert.match(problems({ 'header.converter': 'Nope' })[0] ?? '', /header\.converter.*SimpleHeaderConverter/);
    assert.match(
      problems({ 'key.converter': 'Json', 'key.converter.schemas.enable': 'x' })[0] ?? '',
      /key\.converter\.schemas\.enable/,
    );
    assert.deepEqual(problems({ 'key.converter': 'String', 'header.converter': 'JsonConverter' }), []);
    assert.throws(() => debeziumFormat({ 'topic.prefix': 'PFX', ...avro }, {}), ConnectorError);
  });

  it('takes converter settings from where the converter is named', () => {
    const pairChange = change('c', pair, { after: ['1', 'x'] });
    const keyOf = (config: Readonly<Record<string, string>>, worker: Readonly<Record<string, string>>): string => {
      const sink = new TextSink();
      debeziumFormat({ 'topic.prefix': 'PFX', ...config }, worker)
        .compile(pair)
        .encode(pairChange, sink);
      return sink.records[0]?.key ?? '';
    };
    assert.equal(keyOf({}, plain), '{"a":1}');
    assert.match(keyOf(plain, converters), /^\{"schema"/);
    assert.equal(keyOf({ ...converters, ...plain }, {}), '{"a":1}');
    assert.match(keyOf({ 'key.converter': 'JsonConverter' }, plain), /^\{"schema"/);
  });

  it('without topic.prefix, with wrong words or with settings that are not built is refused', () => {
    assert.match(debeziumFormatProblems({}, {})[0]?.message ?? '', /topic\.prefix/);
    assert.match(problems({ 'topic.prefix': 'a b' })[0] ?? '', /only letters, digits/);
    assert.match(problems({ 'decimal.handling.mode': 'exact' })[0] ?? '', /must be one of: precise, double, string/);
    assert.match(problems({ 'sourceinfo.struct.maker': 'a.B' })[0] ?? '', /not built yet/);
    assert.match(problems({ 'column.mask.hash.MD6.with.salt.x': 'a' })[0] ?? '', /MD6 is not known/);
    assert.deepEqual(problems({ 'include.schema.comments': 'false', 'decimal.handling.mode': 'STRING' }), []);
  });
});
