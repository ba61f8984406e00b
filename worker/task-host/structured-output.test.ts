import assert from 'node:assert/strict';
import type { ChangeEvent } from '../../connectors/change-event.ts';
import type { Schema } from '../../connectors/connect-data.ts';
import type { SourceRecord } from '../../connectors/source-record.ts';
import { chooseConverters, createConverters } from '../../formats/converters/converter-choice.ts';
import { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import type { EncodedRecord } from '../../formats/encoded-record.ts';
import type { OutputTopic } from './record-output.ts';
import { StructuredOutput } from './structured-output.ts';

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

/** The output with the topics that it opened and what it wrote. */
class Fixture {
  readonly opened: string[] = [];
  readonly written: Written[] = [];
  readonly output: StructuredOutput<OutputTopic>;

  constructor(config: Readonly<Record<string, string>>) {
    const { choice } = chooseConverters(new ConverterRegistry(), config, {});
    assert.ok(choice);
    this.output = new StructuredOutput({
      converters: createConverters(choice),
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
