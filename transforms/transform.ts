import type { SourceRecord } from '../connectors/source-record.ts';
import type { SettingMap } from '../settings/setting.ts';

/** Configuration of one transform or predicate: the keys behind `transforms.<alias>.`, without `type`, `predicate` and `negate`. */
export type PluginConfig = Readonly<Record<string, string>>;

/** One configured transform of a chain. Throws a ConnectorError for a record that it cannot handle. */
export interface Transform {
  /** The record as it goes on; null: it is dropped. */
  apply(record: SourceRecord): SourceRecord | null;
}

/** A kind of transform. Stateless: one object per plug-in. */
export interface TransformPlugin {
  /** As configurations name it, e.g. `org.apache.kafka.connect.transforms.RegexRouter`. */
  readonly className: string;
  /** Other names it answers to beside those that follow from the class name. */
  readonly aliases: readonly string[];
  readonly version: string;
  /** Names without prefix, e.g. `regex`. */
  readonly settings: SettingMap;
  /** Throws a ConnectorError CONFIG_INVALID for a configuration that its settings alone do not refuse. */
  create(config: PluginConfig): Transform;
}

/** One configured predicate: says to which records a transform applies. */
export interface Predicate {
  test(record: SourceRecord): boolean;
}

/** A kind of predicate. Stateless: one object per plug-in. */
export interface PredicatePlugin extends Omit<TransformPlugin, 'create'> {
  create(config: PluginConfig): Predicate;
}
