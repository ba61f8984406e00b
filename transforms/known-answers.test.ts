import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConnectorError } from '../errors/connector-error.ts';
import { jsonOfRecord, recordOf, recordShape } from '../test/transforms/record-json.ts';
import { builtInPredicates } from './built-in-predicates.ts';
import { builtInTransforms } from './built-in-transforms.ts';

/** The answers are those of Apache Kafka 4.1.1 and Debezium 3.5.0 themselves: test/transforms/KnownAnswers.java wrote them. */
const caseShape = z.object({
  name: z.string(),
  class: z.string(),
  config: z.record(z.string(), z.string()),
  record: recordShape,
  answer: z.union([
    z.strictObject({ record: recordShape }),
    z.strictObject({ dropped: z.literal(true) }),
    z.strictObject({ test: z.boolean() }),
    z.strictObject({ error: z.string() }),
    z.strictObject({ configError: z.string() }),
  ]),
});

const file = new URL('../test/transforms/known-answers.json', import.meta.url);
const cases = z.array(caseShape).parse(JSON.parse(readFileSync(file, 'utf8')));

type Outcome = Record<string, unknown>;

function refused(key: string, error: unknown): Outcome {
  if (!(error instanceof ConnectorError)) throw error;
  return { [key]: error.message };
}

function outcome({ class: className, config, record }: z.infer<typeof caseShape>): Outcome {
  const transform = builtInTransforms.find((plugin) => plugin.className === className);
  const predicate = builtInPredicates.find((plugin) => plugin.className === className);
  assert.ok(transform ?? predicate, className);
  try {
    transform?.create(config);
    predicate?.create(config);
  } catch (error) {
    return refused('configError', error);
  }
  const given = recordOf(record);
  if (predicate !== undefined) return { test: predicate.create(config).test(given) };
  try {
    const result = transform?.create(config).apply(given) ?? null;
    return result === null ? { dropped: true } : { record: jsonOfRecord(result) };
  } catch (error) {
    return refused('error', error);
  }
}

/** What Java says about configurations, and about its own faults, is not repeated word for word. */
function comparable(given: Outcome): Outcome {
  const { error } = given;
  if ('configError' in given) return { refused: true };
  return typeof error === 'string' && /^Timestamp missing/.test(error) ? { error: 'named' } : given;
}

describe('transforms, as Apache Kafka and Debezium answer', () => {
  for (const each of cases)
    it(each.name, () => {
      const { answer } = each;
      const expected = 'record' in answer ? { record: jsonOfRecord(recordOf(answer.record)) } : answer;
      const actual = outcome(each);
      // What Java refuses with the first record may be refused with the configuration already.
      if ('error' in answer && 'configError' in actual) return;
      assert.deepEqual(comparable(actual), comparable(expected));
    });
});
