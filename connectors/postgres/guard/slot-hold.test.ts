import assert from 'node:assert/strict';
import { slotHold, type HoldQuestion } from './slot-hold.ts';

const MB = 1024n ** 2n;
const END = 1000n * MB;
/** A slot of which nothing is late. */
const level: HoldQuestion = {
  slot: { restart: END - MB, confirmed: END },
  logEnd: END,
  oldest: null,
  standing: { phase: 'streaming', read: END, durable: END, unacknowledgedMs: null },
  confirms: true,
};
const session = {
  kind: 'running',
  xid: '7',
  name: '42',
  application: 'batch',
  database: 'shop',
  openMs: 900_000,
} as const;
const prepared = { ...session, kind: 'prepared', name: 'order 5' } as const;

function cause(question: Partial<HoldQuestion>): string | null {
  return slotHold({ ...level, ...question })?.cause ?? null;
}

describe('what holds a slot back', () => {
  const early = { restart: END - 500n * MB, confirmed: END - 20n * MB };

  it('is nothing while the server keeps less than a file of its log', () => {
    assert.equal(cause({}), null);
    assert.equal(cause({ slot: { restart: null, confirmed: null } }), null);
  });

  it('is the oldest transaction of the server when what is kept is confirmed', () => {
    const hold = slotHold({ ...level, slot: early, oldest: session });
    assert.equal(hold?.cause, 'transaction');
    assert.equal(hold.bytes, Number(480n * MB));
    assert.match(hold.reason, /process 42 \(application 'batch', database 'shop'\) has been open for 900 s/);
    assert.equal(cause({ slot: early, oldest: prepared }), 'prepared-transaction');
    assert.match(slotHold({ ...level, slot: early, oldest: prepared })?.reason ?? '', /'order 5'/);
  });

  it('is no transaction that has just begun: the slot moves with the next note of the server', () => {
    assert.equal(cause({ slot: early, oldest: { ...session, openMs: 5000 } }), null);
    assert.equal(cause({ slot: early }), null);
  });

  const behind = { restart: END - 501n * MB, confirmed: END - 500n * MB };
  const durable = END - 500n * MB;

  it('is Kafka when it has taken nothing for a while, however far was read', () => {
    for (const read of [END, durable + MB]) {
      const standing = { ...level.standing, read, durable, unacknowledgedMs: 35_000 };
      assert.equal(cause({ slot: behind, standing, oldest: session }), 'kafka');
      assert.match(slotHold({ ...level, slot: behind, standing })?.reason ?? '', /nothing for 35 s/);
    }
  });

  it('is that we are behind while Kafka takes what it gets', () => {
    const standing = { ...level.standing, read: durable, durable };
    assert.equal(cause({ slot: behind, standing }), 'reading');
    assert.equal(cause({ slot: behind, standing: { ...standing, unacknowledgedMs: 50 } }), 'reading');
  });

  it('is that nothing is confirmed, by the setting or for a prepared transaction', () => {
    assert.equal(cause({ slot: behind, confirms: false }), 'manual');
    assert.equal(cause({ slot: behind, oldest: prepared }), 'prepared-transaction');
    assert.equal(cause({ slot: behind }), null, 'it is about to be');
  });

  it('is that nothing streams', () => {
    const standing = { ...level.standing, read: null };
    assert.equal(cause({ slot: behind, standing: { ...standing, phase: 'snapshot' } }), 'snapshot');
    assert.equal(cause({ slot: behind, standing: { ...standing, phase: 'connecting' } }), 'not-streaming');
  });
});
