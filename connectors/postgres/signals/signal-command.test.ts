import assert from 'node:assert/strict';
import { signalCommand, SignalError, type SignalCommand } from './signal-command.ts';
import { signalOf } from './signal-line.ts';

const command = (type: string, data: unknown = null): SignalCommand =>
  signalCommand({ id: 's', type, data: data === null ? null : JSON.stringify(data) });
const refused = (type: string, data: string | null, message: RegExp): void =>
  assert.throws(() => signalCommand({ id: 's', type, data }), { name: 'SignalError', message });

describe('signals', () => {
  it("mean what Debezium's mean", () => {
    assert.deepEqual(
      command('execute-snapshot', {
        type: 'INCREMENTAL',
        'data-collections': ['public.a', 'public\\.b.*'],
        'additional-conditions': [{ 'data-collection': 'public.a', filter: 'id > 5' }],
        'surrogate-key': 'code',
      }),
      {
        kind: 'execute',
        request: {
          id: 's',
          collections: ['public.a', 'public\\.b.*'],
          conditions: [{ collection: 'public.a', filter: 'id > 5' }],
          surrogateKey: 'code',
        },
      },
    );
    const blocking = command('execute-snapshot', {
      type: 'blocking',
      'data-collections': ['public.a'],
      'additional-conditions': [{ 'data-collection': 'public.a', filter: 'SELECT * FROM a' }],
    });
    assert.ok(blocking.kind === 'block');
    const { run, ...request } = blocking.request;
    assert.ok(run !== '');
    assert.deepEqual(request, {
      id: 's',
      collections: ['public.a'],
      filters: [{ collection: 'public.a', filter: 'SELECT * FROM a' }],
    });
    assert.deepEqual(command('stop-snapshot'), { kind: 'stop', collections: null });
    assert.deepEqual(command('stop-snapshot', { type: 'incremental', 'data-collections': ['public.a'] }), {
      kind: 'stop',
      collections: ['public.a'],
    });
    assert.deepEqual(command('pause-snapshot', {}), { kind: 'pause' });
    assert.deepEqual(command('resume-snapshot'), { kind: 'resume' });
    assert.deepEqual(command('log', { message: 'at {}' }), { kind: 'log', message: 'at {}' });
  });

  it('are refused with the reason when they cannot be obeyed', () => {
    refused('snapshot', null, /no signal of type 'snapshot'; there are: execute-snapshot/);
    refused('execute-snapshot', '{', /not valid JSON/);
    refused('execute-snapshot', '{}', /data-collections/);
    refused('execute-snapshot', '{"data-collections": []}', /data-collections/);
    refused('execute-snapshot', '{"data-collections": ["a["]}', /'a\[' is no regular expression/);
    refused('execute-snapshot', '{"type": "whole", "data-collections": ["a.b"]}', /'whole' cannot be asked for here/);
    refused('stop-snapshot', '{"type": "blocking"}', /'blocking' cannot be asked for here/);
    refused('log', null, /message/);
  });

  it('come as JSON with the data as an object or as its text', () => {
    const expected = { id: '7', type: 'log', data: '{"message":"x"}' };
    assert.deepEqual(signalOf('{"id": 7, "type": "log", "data": {"message": "x"}}', 'none'), expected);
    assert.deepEqual(signalOf(JSON.stringify(expected), 'none'), expected);
    assert.deepEqual(signalOf('{"type": "pause-snapshot"}', 'line 3'), {
      id: 'line 3',
      type: 'pause-snapshot',
      data: null,
    });
    for (const wrong of ['', '[]', '{"id": "a"}']) assert.throws(() => signalOf(wrong, 'none'), SignalError);
  });
});
