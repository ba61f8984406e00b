import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replay } from './replay.ts';
import { SpoolFile } from './spool-file.ts';
import { Spool } from './spool.ts';

describe('a file of the spool', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-file-'));
  });

  after(() => rm(folder, { recursive: true }));

  function append(file: SpoolFile, text: string, low = 0): void {
    const bytes = Buffer.from(`-I----${text}`, 'latin1');
    // The type, then four bytes that are left out.
    file.append({ bytes, start: 1, from: 6, end: bytes.length, high: 5, low });
  }

  async function texts(file: SpoolFile): Promise<string[]> {
    const read: string[] = [];
    await replay(file, {
      message: ({ bytes, start, end, high, low }) =>
        read.push(`${high}/${low} ${bytes.toString('latin1', start, Math.min(end, start + 12))} ${end - start}`) > 0,
      chunkEnd: () => undefined,
      room: () => Promise.resolve(),
    });
    return read;
  }

  it('gives back what was appended, small and larger than any buffer, without a name in the folder', async () => {
    const spool = new Spool({ folder, maxBytes: 1e9 });
    const file = new SpoolFile(spool);
    append(file, 'one', 1);
    append(file, 'x'.repeat(1_000_000), 2);
    append(file, 'y'.repeat(262_100), 3);
    append(file, '', 4);
    const { bytes, memoryBytes } = spool.figures;
    assert.equal(bytes, file.size, 'with what is not written yet');
    assert.ok(memoryBytes >= 262_144, 'a buffer is being filled');
    file.flush();
    const xs = 'x'.repeat(11);
    assert.deepEqual(await texts(file), [
      '5/1 Ione 4',
      `5/2 I${xs} 1000001`,
      `5/3 I${xs.replaceAll('x', 'y')} 262101`,
      '5/4 I 1',
    ]);
    assert.deepEqual(await readdir(folder), []);
    await file.close();
    assert.equal(spool.figures.bytes, 0);
  });

  it('forgets what lies behind a place, and goes on from there', async () => {
    const spool = new Spool({ folder, maxBytes: 1e9 });
    const file = new SpoolFile(spool);
    append(file, 'kept');
    const place = file.size;
    append(file, 'z'.repeat(500_000));
    file.truncate(place);
    assert.equal(spool.figures.bytes, place);
    append(file, 'next');
    file.flush();
    assert.deepEqual(await texts(file), ['5/0 Ikept 5', '5/0 Inext 5']);
    await file.close();
  });

  it('says when enough is on its way to the disk, and when there is room again', async () => {
    const spool = new Spool({ folder, maxBytes: 1e9 });
    const file = new SpoolFile(spool);
    const room = Promise.withResolvers<undefined>();
    spool.onRoom = () => room.resolve(undefined);
    for (let n = 0; n < 5; n += 1) append(file, 'w'.repeat(1_000_000));
    file.flush();
    assert.equal(spool.isFull, true);
    assert.ok(spool.figures.memoryBytes >= 5_000_000, 'what is on its way is in memory');
    await room.promise;
    assert.equal(spool.isFull, false);
    await texts(file);
    assert.ok(spool.figures.memoryBytes < 5_000_000, 'and is not once it is written');
    await file.close();
  });

  it('says so by the memory that is held, also when little is in each buffer', async () => {
    const spool = new Spool({ folder, maxBytes: 1e9 });
    const file = new SpoolFile(spool);
    const room = Promise.withResolvers<undefined>();
    spool.onRoom = () => room.resolve(undefined);
    while (!spool.isFull) {
      append(file, 'a small block of a transaction');
      file.flush();
    }
    assert.ok(spool.figures.memoryBytes <= 5_000_000, `${spool.figures.memoryBytes} bytes`);
    await room.promise;
    await file.close();
  });

  it('takes no more than all files together may, and gives the room back when one is closed', async () => {
    const spool = new Spool({ folder, maxBytes: 1000 });
    const [first, second] = [new SpoolFile(spool), new SpoolFile(spool)];
    append(first, 'a'.repeat(900));
    assert.throws(() => append(second, 'b'.repeat(900)), {
      code: 'POSTGRES_SPOOL_UNUSABLE',
      message: /1000 bytes of millrace\.spool\.max\.bytes/,
    });
    await first.close();
    append(second, 'b'.repeat(900));
    await second.close();
  });

  it('says so when it cannot be written', async () => {
    const spool = new Spool({ folder: join(folder, 'missing'), maxBytes: 1000 });
    const file = new SpoolFile(spool);
    append(file, 'a');
    file.flush();
    await assert.rejects(spool.failed, { code: 'POSTGRES_SPOOL_UNUSABLE', message: /ENOENT/ });
    await assert.rejects(texts(file), { code: 'POSTGRES_SPOOL_UNUSABLE' });
    await file.close();
  });
});
