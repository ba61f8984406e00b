import assert from 'node:assert/strict';
import type { SnapshotFigures } from './snapshot/snapshot-pace.ts';
import { SourceFacts } from './source-facts.ts';

/** Facts over parts whose state the test sets. */
function bench() {
  const state = {
    now: 1_000_000,
    durable: 0x100n,
    durableTimeMicros: null as bigint | null,
    idle: true,
    unacknowledgedMs: null,
    done: 0x100n,
    commits: 0,
  };
  const facts = new SourceFacts('inv', () => state, { now: () => state.now });
  facts.connected();
  facts.sawHead(0x100n);
  const cursor = {
    get done() {
      return state.done;
    },
    get commits() {
      return state.commits;
    },
    lastXid: 7,
  };
  facts.streaming({ cursor, feedback: { confirmed: 0x80n }, spool: () => null });
  return { facts, state, cursor };
}

describe('what a PostgreSQL task says of its progress', () => {
  it('is not behind while it has seen the end of the log and nothing is on its way, however old the last change', () => {
    const { facts, state } = bench();
    state.durableTimeMicros = 1_000_000n;
    const { lagMs, lagBytes, position, confirmed, head, lastEventMs } = facts.progress();
    assert.deepEqual({ lagMs, lagBytes, lastEventMs }, { lagMs: 0, lagBytes: 0, lastEventMs: 1000 });
    assert.deepEqual([position, confirmed, head], ['0/100', '0/80', '0/100']);
  });

  it('is behind since it was last level when an old source comes to life, not since its last change', () => {
    const { facts, state } = bench();
    state.durableTimeMicros = 0n;
    facts.progress();
    state.now += 5000;
    facts.sawHead(0x500n);
    assert.deepEqual([facts.progress().lagMs, facts.progress().lagBytes], [5000, 0x400]);
  });

  it('is behind by the age of the newest change in Kafka while it works off a backlog', () => {
    const { facts, state } = bench();
    facts.sawHead(0x500n);
    state.idle = false;
    state.durableTimeMicros = BigInt(state.now - 60_000) * 1000n;
    assert.equal(facts.progress().lagMs, 60_000);
  });

  it('is behind while changes wait for Kafka, though all of them were read', () => {
    const { facts, state } = bench();
    facts.progress();
    state.idle = false;
    state.done = 0x200n;
    state.now += 3000;
    assert.deepEqual([facts.progress().lagMs, facts.progress().lagBytes], [3000, 0x100]);
  });

  it('keeps its counts of transactions and changes over a lost connection, and names the next try', () => {
    const { facts, state, cursor } = bench();
    state.commits = 5;
    facts.changes.creates += 4;
    facts.lost('refused', 2, 4000);
    state.commits = 0;
    assert.deepEqual(facts.progress().reconnect, { attempt: 2, atMs: state.now + 4000, reason: 'refused' });
    assert.equal(facts.progress().connected, false);
    assert.equal(facts.progress().transactions, 5);
    facts.connected();
    facts.streaming({ cursor, feedback: { confirmed: 0n }, spool: () => null });
    state.commits = 2;
    facts.changes.creates += 1;
    assert.equal(facts.progress().changes.creates, 5);
    assert.deepEqual([facts.progress().transactions, facts.progress().reconnect], [7, null]);
  });

  it('shows how far consumers are prepared, and that only while something is done for it', () => {
    const { facts } = bench();
    facts.schemaPhase({ tables: 2, topics: 1, definitions: 0 });
    assert.equal(facts.progress().phase, 'streaming', 'tables are added while the others stream');
    facts.lost('reset', 1, 1000);
    const phases = [
      { tables: 2, topics: 0, definitions: 0 },
      { tables: 2, topics: 2, definitions: 0 },
      { tables: 2, topics: 2, definitions: 1 },
      { tables: 2, topics: 2, definitions: 2 },
    ].map((progress) => {
      facts.schemaPhase(progress);
      assert.deepEqual(facts.progress().schema, progress);
      return facts.progress().phase;
    });
    assert.deepEqual(phases, ['schema', 'connecting', 'schema', 'connecting']);
  });

  it('shows how far a snapshot is, that it was interrupted, and how it ended', () => {
    const { facts, state } = bench();
    const all = { tables: 2, bytes: 1000 };
    let figures: SnapshotFigures = { ...all, rows: 0, rowsByTable: [], tablesDone: 0, bytesDone: 0 };
    facts.snapshotBegins(() => figures);
    figures = { ...all, rows: 40, rowsByTable: [{ table: 'public.a', rows: 40 }], tablesDone: 1, bytesDone: 400 };
    const startedMs = state.now;
    state.now += 10_000;
    const pace = { rowsPerSecond: 4, estimatedEndMs: state.now + 15_000 };
    assert.deepEqual(facts.progress().snapshot, { state: 'running', ...figures, ...pace, startedMs, endedMs: null });
    facts.lost('reset', 1, 1000);
    assert.equal(facts.progress().snapshot?.state, 'aborted');
    facts.snapshotBegins(() => figures);
    state.now += 9000;
    facts.snapshotCompleted();
    figures = { ...figures, rows: 99, rowsByTable: [] };
    const { state: end, rows: counted, rowsByTable, endedMs } = facts.progress().snapshot ?? {};
    assert.deepEqual([end, counted, endedMs], ['completed', 40, state.now]);
    assert.deepEqual(rowsByTable, [{ table: 'public.a', rows: 40 }]);
  });
});
