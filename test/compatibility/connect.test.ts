import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import { StackError } from '../../scripts/stack/stack-error.ts';
import { TestDatabase } from '../postgres/support/test-database.ts';
import { servers } from '../support/servers.ts';
import { differences, type Difference } from './answer-difference.ts';
import { documentedDifferences } from './documented-differences.ts';
import { explanation, intendedDifferences } from './intended-differences.ts';
import { parseScript, type RequestStep } from './request-script.ts';
import { Side } from './side.ts';

const folder = new URL('scripts/', import.meta.url);
const scripts = readdirSync(folder)
  .filter((file) => file.endsWith('.http'))
  .sort()
  .map((file) => ({ file, steps: parseScript(readFileSync(new URL(file, folder), 'utf8')) }));

function lineOf({ at, theirs, ours }: Difference): string {
  return `${at}: Connect ${theirs ?? '(nothing)'}, ours ${ours ?? '(nothing)'}`;
}

describe('Answers of Kafka Connect and ours, side by side', function () {
  this.timeout(120_000);
  const databases: TestDatabase[] = [];
  const sides: Side[] = [];
  const seen = new Set<string>();

  before(async function () {
    const { stack, kafka, postgres } = servers();
    const groupId = `compatible-${process.pid}`;
    const ofConnect = {
      as: 'connect-compatibility',
      groupId: `${groupId}-connect`,
      exactlyOnce: 'enabled',
      heap: '1g',
    } as const;
    const connect = await stack
      .start('connect', { ...ofConnect, bootstrap: kafka.bootstrap })
      .catch((error: unknown) => {
        if (!(error instanceof StackError)) throw error;
        if (this.test?.parent !== undefined) this.test.parent.title += ` (${error.message})`;
        return this.skip();
      });
    const properties = { 'connector.client.config.override.policy': 'All' };
    const worker = await stack.start('worker', {
      as: 'worker-compatibility',
      groupId,
      bootstrap: kafka.bootstrap,
      properties,
    });
    for (const { url } of [connect, worker]) {
      const database = await TestDatabase.create(postgres.address);
      await database.sql('CREATE TABLE items (id int PRIMARY KEY, what text)');
      databases.push(database);
      sides.push(new Side(url, database));
    }
  });

  after(async () => {
    await Promise.all(sides.map((side) => side.clear()));
    await Promise.all(databases.map((database) => database.drop()));
  });

  async function difference(step: RequestStep): Promise<string[]> {
    const [theirs, ours] = await Promise.all(sides.map((side) => side.answer(step)));
    if (theirs === undefined || ours === undefined) throw new Error('there are two sides');
    const shown = new Set<string>();
    const found: string[] = [];
    for (const each of differences(theirs, ours)) {
      const intended = explanation(each, step.differs);
      if (intended === undefined) found.push(lineOf(each));
      else shown.add(intended.id);
    }
    for (const id of shown) seen.add(id);
    const missing = step.differs
      .filter((id) => !shown.has(id))
      .map((id) => `the intended difference ${id} does not show`);
    return [...found, ...missing];
  }

  for (const { file, steps } of scripts)
    describe(file, () => {
      let waits: Exclude<(typeof steps)[number], RequestStep>[] = [];
      for (const step of steps) {
        if (step.kind !== 'request') {
          waits.push(step);
          continue;
        }
        const first = waits;
        waits = [];
        it(`${step.line}: ${step.method} ${step.path}`, async function () {
          for (const wait of first) await Promise.all(sides.map((side) => side.reach(wait)));
          const found = await difference(step);
          if (step.pending === undefined) assert.ok(found.length === 0, found.join('\n'));
          else if (found.length > 0) this.skip();
          else assert.fail(`nothing is pending here any more; remove the mark: ${step.pending}`);
        });
      }
    });

  it('differ as docs/rest.md says', () => {
    const page = readFileSync(new URL('../../docs/rest.md', import.meta.url), 'utf8');
    assert.deepEqual(
      documentedDifferences(page),
      intendedDifferences.map(({ id, reason }) => [id, reason]),
    );
  });

  describe('afterwards', () => {
    it('differ wherever the documentation says that they do', () => {
      assert.deepEqual(
        intendedDifferences.map(({ id }) => id).filter((id) => !seen.has(id)),
        [],
      );
    });
  });
});
