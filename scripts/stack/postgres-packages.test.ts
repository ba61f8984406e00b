import assert from 'node:assert/strict';
import { OLDER_POSTGRES, postgresArchive } from './postgres-packages.ts';

describe('packages of PostgreSQL', () => {
  it('are of the version that they are asked for', () => {
    for (const major of OLDER_POSTGRES) {
      const archive = postgresArchive(major, 'linux-x64');
      assert.match(archive?.version ?? '', new RegExp(`^${major}\\.`));
      assert.match(archive?.integrity ?? '', /^sha512-[A-Za-z0-9+/]{86}==$/);
    }
  });

  it('are not there where nobody has made them', () => {
    assert.equal(postgresArchive(14, 'linux-arm64'), undefined);
    assert.equal(postgresArchive(17, 'win32-x64'), undefined);
  });
});
