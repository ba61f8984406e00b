import assert from 'node:assert/strict';
import { RelationVersions } from './relation-versions.ts';

function relation(oid: number, name: string): Buffer {
  const message = Buffer.from(`R\0\0\0\0${name}`, 'latin1');
  message.writeUInt32BE(oid, 1);
  return message;
}

describe('which description of a table counts', () => {
  it('is the one that arrived last, though an older one is read back from the spool behind it', () => {
    const versions = new RelationVersions();
    const [older, newer] = [relation(7, 'older'), relation(7, 'newer')];
    const spooled = versions.arrive();
    versions.apply(newer, 0, newer.length, versions.arrive());
    assert.deepEqual(versions.takeOutdated(), []);
    versions.apply(older, 0, older.length, spooled);
    assert.deepEqual(
      versions.takeOutdated().map((message) => message.toString('latin1', 5)),
      ['newer'],
    );
    assert.deepEqual(versions.takeOutdated(), []);
  });

  it('is the one read back when it arrived last', () => {
    const versions = new RelationVersions();
    const [first, second] = [relation(7, 'first'), relation(7, 'second')];
    versions.apply(first, 0, first.length, versions.arrive());
    const spooled = versions.arrive();
    versions.apply(second, 0, second.length, spooled);
    assert.deepEqual(versions.takeOutdated(), []);
  });
});
