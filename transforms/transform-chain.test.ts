import assert from 'node:assert/strict';
import type { SourceRecord } from '../connectors/source-record.ts';
import { ConnectorError } from '../errors/connector-error.ts';
import { builtInPredicates } from './built-in-predicates.ts';
import { builtInTransforms } from './built-in-transforms.ts';
import { transformChain } from './transform-chain.ts';
import { TransformFailure } from './transform-failure.ts';
import type { TransformLookup } from './transform-lookup.ts';

const apache = 'org.apache.kafka.connect.transforms';
const lookup: TransformLookup = {
  transforms: builtInTransforms,
  predicates: builtInPredicates,
  transform: (name) => builtInTransforms.find(({ className }) => className === name),
  predicate: (name) => builtInPredicates.find(({ className }) => className === name),
};

const record: SourceRecord = {
  topic: 'srv.public.orders',
  partition: null,
  keySchema: null,
  key: null,
  valueSchema: null,
  value: new Map([['id', 1]]),
  timestampMs: null,
  headers: [],
};

const route = {
  'transforms.route.type': `${apache}.RegexRouter`,
  'transforms.route.regex': String.raw`srv\.(.*)`,
  'transforms.route.replacement': '$1',
};

const drop = {
  'transforms.drop.type': `${apache}.Filter`,
  'transforms.drop.predicate': 'isLog',
  'predicates.isLog.type': `${apache}.predicates.TopicNameMatches`,
  'predicates.isLog.pattern': String.raw`public\.log`,
};

describe('a chain of transforms', () => {
  it('applies its transforms in the order of the list', () => {
    const config = {
      ...route,
      transforms: 'route, field',
      'transforms.field.type': `${apache}.InsertField$Value`,
      'transforms.field.topic.field': 'from',
    };
    const result = transformChain(config, lookup).apply(record);
    assert.equal(result?.topic, 'public.orders');
    assert.deepEqual(
      result.value,
      new Map<string, unknown>([
        ['id', 1],
        ['from', 'public.orders'],
      ]),
    );
    assert.equal(record.topic, 'srv.public.orders');
  });

  it('leaves records alone to which the predicate of a transform does not apply, and drops the others', () => {
    const chain = transformChain({ ...route, ...drop, transforms: 'route,drop', predicates: 'isLog' }, lookup);
    assert.equal(chain.apply(record)?.topic, 'public.orders');
    assert.equal(chain.apply({ ...record, topic: 'srv.public.log' }), null);
  });

  it('applies a negated transform to all the other records', () => {
    const config = { ...drop, transforms: 'drop', predicates: 'isLog', 'transforms.drop.negate': 'true' };
    const chain = transformChain(config, lookup);
    assert.equal(chain.apply(record), null);
    assert.equal(chain.apply({ ...record, topic: 'public.log' })?.topic, 'public.log');
  });

  it('says which transform failed, by alias and class, with the reason in its message', () => {
    const config = {
      transforms: 'mask',
      'transforms.mask.type': `${apache}.MaskField$Key`,
      'transforms.mask.fields': 'a',
    };
    assert.throws(
      () => transformChain(config, lookup).apply(record),
      (error) =>
        error instanceof TransformFailure &&
        error.alias === 'mask' &&
        error.className === `${apache}.MaskField$Key` &&
        error.code === 'RECORD_NOT_TRANSFORMED' &&
        /^transform 'mask' .*: Only Map objects supported in absence of schema for \[mask fields\], found: null$/.test(
          error.message,
        ),
    );
  });

  it('is empty without the setting', () => {
    assert.equal(transformChain(route, lookup).changesRecords, false);
    assert.equal(transformChain(route, lookup).apply(record), record);
  });

  for (const [what, config] of [
    ['an unknown class', { transforms: 'a', 'transforms.a.type': 'x.Y' }],
    ['a missing class', { transforms: 'a' }],
    ['an unknown predicate', { ...drop, transforms: 'drop' }],
  ] as const)
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => transformChain(config, lookup),
        (error) => error instanceof ConnectorError && error.code === 'CONFIG_INVALID',
      );
    });
});
