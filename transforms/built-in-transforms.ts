import { cast } from './cast.ts';
import { extractField } from './extract-field.ts';
import { filter } from './filter.ts';
import { flatten } from './flatten.ts';
import { headerFrom } from './header-from.ts';
import { extractNewRecordState } from './debezium/extract-new-record-state.ts';
import { dropHeaders, insertHeader } from './header-transforms.ts';
import { hoistField } from './hoist-field.ts';
import { insertField } from './insert-field.ts';
import { maskField } from './mask-field.ts';
import { regexRouter } from './regex-router.ts';
import { replaceField } from './replace-field.ts';
import { setSchemaMetadata } from './set-schema-metadata.ts';
import { timestampConverter } from './timestamp-converter.ts';
import { timestampRouter } from './timestamp-router.ts';
import type { TransformPlugin } from './transform.ts';
import { valueToKey } from './value-to-key.ts';

/** The transforms of this version: Apache Kafka's, and of Debezium's the one that nearly everybody uses. */
export const builtInTransforms: readonly TransformPlugin[] = [
  ...cast,
  dropHeaders,
  ...extractField,
  filter,
  ...flatten,
  ...headerFrom,
  ...hoistField,
  ...insertField,
  insertHeader,
  ...maskField,
  regexRouter,
  ...replaceField,
  ...setSchemaMetadata,
  ...timestampConverter,
  timestampRouter,
  valueToKey,
  extractNewRecordState,
];
