import assert from 'node:assert/strict';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { TooLargeRecord } from '../../kafka/sender/sender.ts';
import { leavingOut } from './error-handling.ts';
import { RecordErrors, StageFailure, type ErrorHandling } from './record-errors.ts';

const record: TooLargeRecord = {
  topic: 'orders',
  partition: 3,
  error: new ConnectorError('RECORD_TOO_LARGE', 'A record for topic orders is too large'),
  content: () => ({ key: Buffer.from('the key'), value: Buffer.alloc(50_000, 'secret ') }),
};

function fixture(handling: Partial<ErrorHandling>): { errors: RecordErrors; lines: string[] } {
  const lines: string[] = [];
  const write = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: TaskLog = { debug: write, info: write, warn: write, error: write };
  const strict: ErrorHandling = {
    retryTimeoutMs: 0,
    retryDelayMaxMs: 60_000,
    tolerance: 'none',
    logs: false,
    logsRecords: false,
  };
  const errors = new RecordErrors({ id: 'c-0', handling: { ...strict, ...handling }, log });
  return { errors, lines };
}

describe('Records that Kafka does not take because of their size', () => {
  it('end the task unless errors.tolerance=all', () => {
    assert.equal(leavingOut(fixture({}).errors), undefined);
  });

  it('are counted as skipped, and the first one is mentioned even without a log of errors', () => {
    const { errors, lines } = fixture({ tolerance: 'all' });
    const leaveOut = leavingOut(errors);
    leaveOut?.(record);
    leaveOut?.(record);
    const { failures, errors: failed, skipped, logged, lastErrorMs } = errors.figures;
    assert.deepEqual({ failures, failed, skipped, logged }, { failures: 2, failed: 2, skipped: 2, logged: 0 });
    assert.notEqual(lastErrorMs, null);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /errors\.tolerance=all.*KAFKA_PRODUCE.*too large/);
  });

  it("are logged in Connect's words, without their content unless errors.log.include.messages asks for it", () => {
    const { errors, lines } = fixture({ tolerance: 'all', logs: true });
    leavingOut(errors)?.(record);
    assert.equal(errors.figures.logged, 1);
    assert.match(
      lines[0] ?? '',
      /^Error encountered in task c-0\. Executing stage 'KAFKA_PRODUCE' with class 'org\.apache\.kafka\.connect\.runtime\.WorkerSourceTask'\. .*too large/,
    );
    assert.doesNotMatch(lines[0] ?? '', /secret|the key/);
    const shown = fixture({ tolerance: 'all', logs: true, logsRecords: true });
    leavingOut(shown.errors)?.(record);
    assert.match(shown.lines[0] ?? '', /source record is = \{topic='orders', partition=3, key=the key, value=secret /);
    assert.ok((shown.lines[0] ?? '').length < 11_000);
  });

  it('do not touch the tries of another record that are going on', () => {
    const { errors } = fixture({ tolerance: 'all', retryTimeoutMs: 60_000 });
    const failure = new StageFailure('TRANSFORMATION', 'T', new ConnectorError('KAFKA_UNREACHABLE', 'later'));
    assert.deepEqual(
      errors.judge(failure, () => ''),
      { kind: 'again', afterMs: 300 },
    );
    leavingOut(errors)?.(record);
    assert.deepEqual(
      errors.judge(failure, () => ''),
      { kind: 'again', afterMs: 600 },
    );
  });
});
