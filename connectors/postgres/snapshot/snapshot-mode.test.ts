import assert from 'node:assert/strict';
import { isSnapshotDue, snapshotRules, type SnapshotRules } from './snapshot-mode.ts';

type Flags = Parameters<typeof snapshotRules>[0];

function rules(snapshotMode: Flags['snapshotMode'], flags: Partial<Flags> = {}): SnapshotRules {
  return snapshotRules({
    snapshotMode,
    basedOnData: false,
    basedOnStream: false,
    basedOnDataError: false,
    gapAction: 'fail',
    schemaPhase: 'off',
    ...flags,
  });
}

describe('snapshot.mode', () => {
  const based = (data: boolean, stream: boolean): SnapshotRules =>
    rules('configuration_based', { basedOnData: data, basedOnStream: stream });

  // Whether rows are read: without an offset, with one of an interrupted snapshot, with a complete one at the start, and later on.
  const due: readonly (readonly [name: string, rules: SnapshotRules, ...due: readonly boolean[]])[] = [
    ['initial', rules('initial'), true, true, false, false],
    ['initial_only', rules('initial_only'), true, true, false, false],
    ['when_needed', rules('when_needed'), true, true, false, false],
    ['always', rules('always'), true, true, true, false],
    ['no_data', rules('no_data'), false, false, false, false],
    ['never', rules('never'), false, false, false, false],
    [
      'millrace.schema.phase=only',
      rules('always', { schemaPhase: 'only', gapAction: 'read_anew' }),
      false,
      false,
      false,
      false,
    ],
    ['configuration_based: data and stream', based(true, true), true, true, true, false],
    ['configuration_based: data alone', based(true, false), true, true, false, false],
    ['configuration_based: stream alone', based(false, true), false, false, false, false],
    ['configuration_based: nothing', based(false, false), false, false, false, false],
  ];
  for (const [name, given, none, interrupted, complete, later] of due)
    it(`${name}: reads what it should, and nothing twice`, () => {
      assert.equal(isSnapshotDue(given, 'none'), none);
      assert.equal(isSnapshotDue(given, 'creating'), none);
      assert.equal(isSnapshotDue(given, 'snapshot'), interrupted);
      assert.equal(isSnapshotDue(given, 'snapshot', { hasRead: true }), interrupted, 'also after a lost connection');
      assert.equal(isSnapshotDue(given, 'foreign-snapshot'), interrupted);
      assert.equal(isSnapshotDue(given, 'stream'), complete);
      assert.equal(isSnapshotDue(given, 'stream', { hasRead: true }), later);
    });

  it('ends by itself where no changes are wanted', () => {
    assert.deepEqual(
      [rules('initial_only'), based(true, false), based(false, false)].map(({ streams }) => streams),
      [false, false, false],
    );
    assert.ok([rules('initial'), rules('no_data'), rules('always'), based(true, true)].every(({ streams }) => streams));
  });

  it('reads all anew instead of failing only where that was asked for', () => {
    const asked = [rules('when_needed'), rules('configuration_based', { basedOnDataError: true })];
    assert.ok(asked.every(({ heals }) => heals));
    assert.ok([rules('initial'), rules('always'), rules('no_data'), based(true, true)].every(({ heals }) => !heals));
    const anew = { gapAction: 'read_anew' } as const;
    assert.ok([rules('initial', anew), rules('always', anew), rules('no_data', anew)].every(({ heals }) => heals));
    assert.equal(rules('initial_only', anew).heals, false, 'where no changes are wanted, none are missing');
  });

  it('reads what was lost also where nothing else is read, to the end, and then nothing more', () => {
    for (const given of [
      rules('no_data', { gapAction: 'read_anew' }),
      rules('configuration_based', { basedOnStream: true, basedOnDataError: true }),
    ]) {
      assert.equal(isSnapshotDue(given, 'none', { hasGap: true }), true);
      assert.equal(isSnapshotDue(given, 'creating'), true, 'after a kill before the slot was there');
      assert.equal(isSnapshotDue(given, 'snapshot'), true, 'after a kill in the middle');
      assert.equal(isSnapshotDue(given, 'stream'), false);
      assert.equal(isSnapshotDue(given, 'none'), false, 'a new connector');
    }
  });
});
