import assert from 'node:assert/strict';
import type { ChangeEvent } from '../../connectors/change-event.ts';
import type { Schema } from '../../connectors/connect-data.ts';
import type { SourceRecord } from '../../connectors/source-record.ts';
import { chooseConverters, createConverters } from '../../formats/converters/converter-choice.ts';
import { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import type { EncodedRecord } from '../../formats/encoded-record.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { RecordFormat } from '../../formats/format.ts';
import type { Transform } from '../../transforms/transform.ts';
import { RecordErrors, type ErrorHandling } from './record-errors.ts';
import type { OutputTopic } from './record-output.ts';
import { StructuredOutput } from './structured-output.ts';

const strict: ErrorHandling = {
  retryTimeoutMs: 0,
  retryDelayMaxMs: 60_000,
  tolerance: 'none',
  logs: false,
  logsRecords: false,
};
const string: Schema = { type: 'string', optional: false };

function recordOf(fields: Partial<SourceRecord>): ChangeEvent {
  const record: SourceRecord = {
    topic: 'lines',
    partition: null,
    keySchema: null,
    key: null,
    valueSchema: string,
    value: 'a line',
    timestampMs: null,
    headers: [],
    ...fields,
  };
  return { kind: 'record', record };
}

interface Written {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly record: EncodedRecord;
}

interface LoggedLine {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

type FixtureOptions = Partial<ErrorHandling> & { readonly chain?: Transform; readonly format?: RecordFormat };

/** The output with the topics that it opened and what it wrote. */
class Fixture {
  readonly logged: LoggedLine[] = [];
  readonly opened: string[] = [];
  readonly written: Written[] = [];
  readonly output: StructuredOutput<OutputTopic>;

  /** Milliseconds since 1970 as the error handling sees them. */
  now = 1_700_000_000_000;

  constructor(config: Readonly<Record<string, string>>, rest: FixtureOptions = {}) {
    const { chain, format, ...handling } = rest;
    const log = (fields: Readonly<Record<string, unknown>>, message: string): void =>
      void this.logged.push({ fields, message });
    const { choice } = chooseConverters(new ConverterRegistry(), config, {});
    assert.ok(choice);
    this.output = new StructuredOutput({
      converters: createConverters(choice),
      errors: new RecordErrors({
        id: 'lines-0',
        handling: { ...strict, ...handling },
        log: { debug: log, info: log, warn: log, error: log },
        now: () => this.now,
      }),
      chain,
      format,
      signal: new AbortController().signal,
      openTopic: (name) => {
        this.opened.push(name);
        return Promise.resolve(this.#topic(name));
      },
    });
  }

  /** Appends all events, waiting where the output has to. */
  async append(...events: ChangeEvent[]): Promise<void> {
    for (let done = 0; ;) {
      done = this.output.append(events, done);
      if (done === events.length) return;
      await this.output.ready();
    }
  }

  #topic(name: string): OutputTopic {
    return {
      name,
      append: (record) => {
        const text = (start: number, end: number): string | null =>
          start < 0 ? null : record.bytes.toString('utf8', start, end);
        const key = text(record.keyStart, record.keyEnd);
        const value = text(record.valueStart, record.valueEnd);
        this.written.push({ topic: name, key, value, record });
      },
    };
  }
}

describe('Topics of tables on the structured way', () => {
  const format: RecordFormat = { records: () => [], tableTopic: (schema, table) => `p.${schema ?? ''}.${table}` };
  const event = { kind: 'table', schema: 's', table: 'a' } as const;

  it('are opened without a record, but where transforms may choose others', async () => {
    const plain = new Fixture({}, { format });
    await plain.append(event, event);
    assert.deepEqual([plain.opened, plain.written], [['p.s.a'], []]);
    const routed = new Fixture({}, { format, chain: { apply: (record) => record } });
    await routed.append(event);
    assert.deepEqual(routed.opened, []);
  });
});

describe('Finished records', () => {
  const bare = {
    'key.converter': 'String',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  };

  it('go through the converters to their topics, in order, each topic opened once', async () => {
    const fixture = new Fixture(bare);
    await fixture.append(
      recordOf({ key: 'k', value: 'one' }),
      recordOf({ topic: 'other', value: 'two' }),
      recordOf({ value: 'three' }),
    );
    assert.deepEqual(
      fixture.written.map(({ topic, key, value }) => [topic, key, value]),
      [
        ['lines', 'k', '"one"'],
        ['other', null, '"two"'],
        ['lines', null, '"three"'],
      ],
    );
    assert.deepEqual(fixture.opened, ['lines', 'other']);
  });

  it('keep partition, time and headers', async () => {
    const fixture = new Fixture(bare);
    const headers = [
      { key: 'h', schema: string, value: 'v' },
      { key: 'n', schema: null, value: null },
    ];
    await fixture.append(recordOf({ partition: 3, timestampMs: 1_700_000_000_123, headers }), recordOf({}));
    const [full, plain] = fixture.written.map(({ record }) => record);
    assert.equal(full?.partition, 3);
    assert.equal(full.timestampMs, 1_700_000_000_123);
    assert.deepEqual(full.headers, [
      { key: 'h', value: Buffer.from('v') },
      { key: 'n', value: null },
    ]);
    assert.equal(plain?.partition, undefined);
    assert.equal(plain?.timestampMs, undefined);
  });

  it('may be tombstones', async () => {
    const fixture = new Fixture({});
    await fixture.append(recordOf({ key: 'k', keySchema: string, valueSchema: null, value: null }));
    assert.equal(fixture.written[0]?.key, '{"schema":{"type":"string","optional":false},"payload":"k"}');
    assert.equal(fixture.written[0].value, null);
  });
});

describe('Records that fail', () => {
  const json = { 'key.converter': 'String', 'value.converter': 'Json', 'value.converter.schemas.enable': 'false' };
  const unfit = recordOf({ value: 5, key: 'the key' });
  const good = recordOf({ value: 'good' });

  it('end the task without tolerance, with the reason and its cause', async () => {
    const fixture = new Fixture(json);
    await assert.rejects(fixture.append(good, unfit), (error: unknown) => {
      assert.ok(error instanceof ConnectorError && error.cause instanceof ConnectorError);
      assert.equal(error.code, 'RECORD_NOT_CONVERTIBLE');
      assert.match(error.message, /^Tolerance exceeded in error handler: JsonConverter, topic lines: Invalid type/);
      return true;
    });
    assert.equal(fixture.written.length, 1);
    const { lastErrorMs, ...counts } = fixture.output.errors;
    assert.deepEqual(counts, { failures: 1, errors: 1, skipped: 0, retries: 0, logged: 0 });
    assert.equal(lastErrorMs, fixture.now);
  });

  it('are skipped with errors.tolerance=all, counted, and mentioned once', async () => {
    const fixture = new Fixture(json, { tolerance: 'all' });
    await fixture.append(unfit, good, unfit, good);
    assert.deepEqual(
      fixture.written.map(({ value }) => value),
      ['"good"', '"good"'],
    );
    assert.equal(fixture.output.errors.skipped, 2);
    assert.equal(fixture.logged.length, 1);
  });

  it('are logged as Connect does, and with their values only where that is asked for', async () => {
    const plain = new Fixture(json, { tolerance: 'all', logs: true });
    await plain.append(unfit);
    assert.equal(
      plain.logged[0]?.message,
      "Error encountered in task lines-0. Executing stage 'VALUE_CONVERTER' with class 'org.apache.kafka.connect.json.JsonConverter'.",
    );
    assert.doesNotMatch(JSON.stringify(plain.logged), /the key/);
    const full = new Fixture(json, { tolerance: 'all', logs: true, logsRecords: true });
    await full.append(unfit);
    assert.match(full.logged[0]?.message ?? '', /, where source record is = \{topic='lines', .*key=the key.*\}\.$/);
    assert.equal(full.output.errors.logged, 1);
  });

  it('in a transform fail in the stage TRANSFORMATION, whatever they throw', async () => {
    const chain: Transform = {
      apply: () => {
        throw new TypeError('no such field');
      },
    };
    const fixture = new Fixture(json, { chain, tolerance: 'all', logs: true });
    await fixture.append(good);
    assert.match(fixture.logged[0]?.message ?? '', /stage 'TRANSFORMATION'/);
    await assert.rejects(new Fixture(json, { chain }).append(good), { code: 'RECORD_FAILED' });
  });

  it('are tried again only for a passing reason, with growing pauses, until the time is over', async () => {
    let calls = 0;
    const chain: Transform = {
      apply: () => {
        calls += 1;
        fixture.now += 400;
        throw new ConnectorError('KAFKA_UNREACHABLE', 'not now');
      },
    };
    const fixture: Fixture = new Fixture(json, { chain, tolerance: 'all', retryTimeoutMs: 500, retryDelayMaxMs: 1 });
    await fixture.append(good);
    assert.equal(calls, 3);
    assert.deepEqual(
      { ...fixture.output.errors, lastErrorMs: 0 },
      { failures: 3, errors: 1, skipped: 1, retries: 2, logged: 0, lastErrorMs: 0 },
    );
  });

  it('that a transform drops are no failures', async () => {
    const chain: Transform = { apply: (record) => (record.value === 'good' ? null : record) };
    const fixture = new Fixture(json, { chain });
    await fixture.append(good, recordOf({ value: 'kept' }), good);
    assert.deepEqual(
      fixture.written.map(({ value }) => value),
      ['"kept"'],
    );
    assert.equal(fixture.output.errors.failures, 0);
  });
});
