import assert from 'node:assert/strict';
import { herderDouble } from '../../test/worker/herder-double.ts';
import { RestFixture } from '../../test/worker/rest-fixture.ts';
import type { HerderPort } from '../herder/herder-port.ts';
import { NotLeader } from '../herder/rest-error.ts';
import { WorkerMetrics } from '../metrics/worker-metrics.ts';

describe('our own endpoints beside those of Connect', () => {
  const open: { close: () => Promise<void> | void }[] = [];

  async function fixture(overrides: Partial<HerderPort> = {}): Promise<RestFixture> {
    const metrics = new WorkerMetrics(() => undefined);
    const rest = await RestFixture.open(herderDouble(overrides).herder, { metrics });
    open.push(rest, metrics);
    return rest;
  }
  afterEach(async () => {
    for (const closing of open.splice(0)) await closing.close();
  });

  it('GET …/progress has the owner asked when that is another worker', async () => {
    const owner = await fixture();
    const rest = await fixture({
      taskProgress: () => {
        throw new NotLeader(owner.url);
      },
    });
    const answer = await rest.call('GET', '/connectors/a%2Fb/tasks/3/progress');
    assert.equal(answer.status, 404);
    assert.match(answer.text, /Task a\/b-3 not found/);
    assert.equal((await rest.call('GET', '/connectors/a/tasks/x/progress')).status, 404);
  });

  it('GET /summary asks others unless it was another worker that asked, with the credentials of the client', async () => {
    const rest = await fixture();
    const first = await rest.call('GET', '/summary', undefined, { Authorization: 'Basic eDp5' });
    assert.deepEqual(JSON.parse(first.text), { authorization: 'Basic eDp5', alone: false });
    const second = await rest.call('GET', '/summary?forward=true');
    assert.deepEqual(JSON.parse(second.text), { alone: true });
    assert.equal((await rest.call('GET', '/summary/worker')).status, 200);
  });

  it('GET /metrics is text of Prometheus with every request by its route, paths that are none as one', async () => {
    const rest = await fixture();
    await rest.call('GET', '/connectors/inv/status');
    await rest.call('GET', '/no/such/path');
    const answer = await rest.call('GET', '/metrics', undefined, { Accept: 'text/plain;version=0.0.4;q=0.5' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    const count = 'millrace_rest_request_duration_seconds_count';
    assert.match(
      answer.text,
      new RegExp(`^${count}\\{method="GET",route="/connectors/:connector/status",status="200"\\} 1$`, 'm'),
    );
    assert.match(answer.text, new RegExp(`^${count}\\{method="GET",route="other",status="404"\\} 1$`, 'm'));
  });
});
