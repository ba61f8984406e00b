import assert from 'node:assert/strict';
import { herderDouble } from '../../test/worker/herder-double.ts';
import { RestFixture } from '../../test/worker/rest-fixture.ts';
import type { SessionKey } from '../../config-topics/records/session-key-record.ts';
import { NotLeader } from '../herder/rest-error.ts';
import { signatureHeaders } from './request-signature.ts';

const key: SessionKey = { key: Buffer.alloc(32, 7), algorithm: 'HmacSHA256', createdAt: 0 };
const other: SessionKey = { ...key, key: Buffer.alloc(32, 8) };
const rules = { algorithm: 'HmacSHA256', accepted: ['HmacSHA256', 'HmacSHA512'] } as const;
const path = '/connectors/nobody/tasks';
const body = '[{"task.class":"ü"}]';

function signed(of: SessionKey = key, text = body): Record<string, string> {
  return signatureHeaders({ ...rules, key: () => of }, text);
}

describe('requests between workers', () => {
  const open: RestFixture[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((rest) => rest.close()));
  });

  async function serve(
    overrides: Parameters<typeof herderDouble>[0] = {},
    started = true,
  ): Promise<{ rest: RestFixture; calls: string[] }> {
    const { herder, calls } = herderDouble({ sessionKey: () => key, ...overrides });
    const rest = await RestFixture.open(started ? herder : undefined, { signing: rules });
    open.push(rest);
    return { rest, calls };
  }

  it('need the signature of their exact bytes, before anything else is looked at', async () => {
    const { rest, calls } = await serve();
    const cases: [string, Record<string, string>, number, RegExp][] = [
      [body, {}, 400, /"Internal request missing required signature"/],
      [body, { 'X-Connect-Authorization': 'x' }, 400, /missing required signature/],
      ['not JSON', signed(other, 'not JSON'), 403, /"Internal request contained invalid signature\."/],
      [`${body} `, signed(), 403, /invalid signature/],
      [body, { ...signed(), 'X-Connect-Authorization': '' }, 400, /missing/],
      [body, { ...signed(), 'X-Connect-Authorization': '????' }, 403, /invalid signature/],
      [
        body,
        { ...signed(), 'X-Connect-Request-Signature-Algorithm': 'HmacMD5' },
        400,
        /'HmacMD5'.*HmacSHA256, HmacSHA512.*all workers/,
      ],
    ];
    for (const [text, headers, status, message] of cases) {
      const answer = await rest.call('POST', path, text, headers);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, message);
    }
    assert.deepEqual(calls, []);
    assert.equal((await rest.call('POST', path, body, signed())).status, 204);
    const strong = signatureHeaders({ ...rules, algorithm: 'HmacSHA512', key: () => key }, body);
    assert.equal((await rest.call('POST', path, body, strong)).status, 204);
    assert.equal(calls.length, 2);
  });

  it('are refused with 503 by a worker that has read no key yet, also while it starts', async () => {
    for (const { rest } of [await serve({ sessionKey: () => undefined }), await serve({}, false)]) {
      const answer = await rest.call('POST', path, body, signed());
      assert.equal(answer.status, 503);
      assert.match(answer.text, /has not been able to read a session key from the config topic yet"/);
    }
  });

  it('are signed anew when they go on to the leader', async () => {
    const leader = await serve();
    const { rest } = await serve({ putTaskConfigs: () => Promise.reject(new NotLeader(leader.rest.url)) });
    assert.equal((await rest.call('POST', path, body, signed())).status, 204);
    assert.equal(leader.calls.length, 1);
  });

  it('that fence sign the empty body', async () => {
    const fenced: string[] = [];
    const { rest } = await serve({ fenceZombies: (name) => Promise.resolve(void fenced.push(name)) });
    assert.equal((await rest.call('PUT', '/connectors/inv/fence', undefined, {})).status, 400);
    assert.equal((await rest.call('PUT', '/connectors/inv/fence', undefined, signed(key, ''))).status, 204);
    assert.deepEqual(fenced, ['inv']);
    assert.equal((await rest.call('GET', '/connectors/inv/fence')).status, 405);
  });
});
