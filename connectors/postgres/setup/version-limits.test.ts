import assert from 'node:assert/strict';
import { parseConfig } from '../source-config.ts';
import { withinVersion } from './version-limits.ts';

const config = parseConfig({
  'database.hostname': 'h',
  'database.user': 'u',
  'database.dbname': 'd',
  'topic.prefix': 'inv',
  'publish.via.partition.root': 'true',
  'millrace.ddl.capture': 'install',
  'millrace.stream.in.progress': 'true',
  'millrace.two.phase': 'true',
});

function ignored(version: number): string[] {
  const messages: string[] = [];
  withinVersion(config, version, (message) => messages.push(message.replace(/ has no effect before PostgreSQL/, '')));
  return messages;
}

describe('a configuration for an older server', () => {
  it('loses what that cannot do, and says so', () => {
    assert.deepEqual(ignored(110_022), [
      'publish.via.partition.root 13',
      'millrace.ddl.capture 14',
      'millrace.stream.in.progress 14',
      'millrace.two.phase 15',
    ]);
    assert.deepEqual(ignored(140_000), ['millrace.two.phase 15']);
    const { publishViaPartitionRoot, ddlCapture } = withinVersion(config, 110_022);
    assert.deepEqual([publishViaPartitionRoot, ddlCapture], [false, 'off']);
  });

  it('is itself for those that can do all of it', () => {
    assert.deepEqual(ignored(180_000), []);
    assert.equal(withinVersion(config, 180_000), config);
  });
});
