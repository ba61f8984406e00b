import type { SettingMap } from '../settings/setting.ts';
import type { RecordPart } from './record-part.ts';
import type { PluginConfig, Transform, TransformPlugin } from './transform.ts';

/** The version of Apache Kafka whose transforms these behave like; shown as their version. */
export const apacheVersion = '4.1.1';
const apachePackage = 'org.apache.kafka.connect.transforms';

export interface PluginDefinition {
  /** e.g. `RegexRouter` */
  readonly simpleName: string;
  readonly settings: SettingMap;
  readonly create: (config: PluginConfig) => Transform;
}

/** One of Apache Kafka's transforms that works on whole records. */
export function apacheTransform({ simpleName, settings, create }: PluginDefinition): TransformPlugin {
  return { className: `${apachePackage}.${simpleName}`, aliases: [], version: apacheVersion, settings, create };
}

export interface PartDefinition extends Omit<PluginDefinition, 'create'> {
  readonly create: (config: PluginConfig, part: RecordPart) => Transform;
}

/** One of Apache Kafka's transforms that comes twice: `$Key` and `$Value`. */
export function keyAndValue({ simpleName, settings, create }: PartDefinition): TransformPlugin[] {
  const variant = (suffix: string, part: RecordPart): TransformPlugin =>
    apacheTransform({ simpleName: `${simpleName}$${suffix}`, settings, create: (config) => create(config, part) });
  return [variant('Key', 'key'), variant('Value', 'value')];
}
