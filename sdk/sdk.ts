/** What a plug-in imports as `millrace/sdk`; everything here is kept stable from version to version. See docs/plugins.md. */
export type { ChangeBatch, OffsetValue, SourceOffset, SourcePartition } from '../connectors/change-batch.ts';
export type { RecordEvent } from '../connectors/change-event.ts';
export {
  Decimal,
  isMap,
  logicalTypes,
  Struct,
  type Field,
  type Schema,
  type SchemaType,
  type Value,
} from '../connectors/connect-data.ts';
export type {
  ConnectorConfig,
  Emitted,
  SettingProblem,
  SourceTask,
  TaskContext,
  TaskLog,
} from '../connectors/source-connector.ts';
export type { RecordHeader, SourceRecord } from '../connectors/source-record.ts';
export { PluginError, type PluginErrorCode } from '../errors/plugin-error.ts';
export type { Converter, HeaderConverter } from '../formats/converters/converter.ts';
export { atLeast, between, choice, flag, integer, list, password, text } from '../settings/kinds.ts';
export type { Setting, SettingMap, SettingValues } from '../settings/setting.ts';
export type { Predicate, Transform } from '../transforms/transform.ts';
export type {
  HeaderValueConverterPlugin,
  PredicatePlugin,
  TransformPlugin,
  ValueConverterPlugin,
} from './part-plugins.ts';
export { optional, schemas, structSchema } from './schemas.ts';
export { settingValues } from './setting-values.ts';
export type { SourcePlugin } from './source-plugin.ts';
