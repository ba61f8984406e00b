import assert from 'node:assert/strict';
import { servers } from '../support/servers.ts';
import { goBack } from './succession/go-back.ts';
import { untilGroupIsEmpty } from './succession/group-members.ts';
import { startFirst } from './succession/start-first.ts';
import { Succession } from './succession/succession.ts';

const STORE = 'org.apache.kafka.connect.storage.KafkaConfigBackingStore';

/** Of the configuration that the Java worker had stored ("found") and the two that were put here. */
function ourKeys(name: string): string[] {
  return ['millrace-cluster', ...[1, 2, 3].map((number) => `millrace-revision-${name}-${number}`)];
}

function isOfStores(line: string): boolean {
  return /\(org\.apache\.kafka\.connect\.(storage|util)\.\w+\)$/.test(line);
}

/** Each test goes on where the one before it left the cluster. */
describe('succession of an exactly-once Java worker', function () {
  this.timeout(240_000);
  let moved: Succession;

  before(async function () {
    moved = new Succession({ exactlyOnce: 'enabled' });
    await startFirst(this, moved);
    await moved.more(200);
  });
  after(() => moved.close());

  it('is refused, with the name of the Java worker, while that one is a member of the group', async () => {
    const early = moved.startOurs();
    await assert.rejects(early, (error: Error) => {
      assert.match(error.message, /ended with code 1/);
      assert.match(error.message, /KAFKA_GROUP_PROTOCOL/);
      assert.match(error.message, /connect\/sessioned: \S+ at 127\.0\.0\.1/);
      return true;
    });
    await moved.more(50);
  });

  it('goes on from the topics of a stopped one: nothing lost, repeated or out of order', async () => {
    await moved.java.kill('SIGTERM');
    await moved.startOurs();
    await moved.more(200);
    await moved.verify();
  });

  it('goes back by the documented steps, and the Java worker passes over what is ours in the topics', async () => {
    for (const change of [{ 'poll.interval.ms': '200' }, { 'poll.interval.ms': '100' }])
      await put(moved.ours.url, `/connectors/${moved.name}/config`, moved.connector(change));
    await moved.more(50);

    await goBack(moved);
    await moved.more(200);
    await moved.verify();
    assert.deepEqual(
      new Set((await moved.javaComplaints()).filter(isOfStores).map((line) => line.replace(/^\S+ \S+ /, ''))),
      new Set(
        ourKeys(moved.name).map((key) => `ERROR Discarding config update record with invalid key: ${key} (${STORE})`),
      ),
    );
  });

  it('goes on after the Java worker was killed under load', async () => {
    await moved.more(100);
    await moved.java.kill('SIGKILL');
    await moved.startOurs();
    await moved.more(200);
    await moved.verify();
  });

  it('goes back after ours was killed under load', async () => {
    await moved.more(100);
    await moved.ours.kill('SIGKILL');
    await untilGroupIsEmpty(servers().kafka.bootstrap, moved.groupId);
    await moved.startJava();
    await moved.more(200);
    await moved.verify();
  });

  async function put(url: string, path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.text());
  }
});
