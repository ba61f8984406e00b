import type { Schema, Value } from '../../connectors/connect-data.ts';
import type { SettingMap } from '../../settings/setting.ts';

/** Turns keys or values of records into bytes, as Kafka Connect's Converter.fromConnectData. Null: a null key, a tombstone. */
export interface Converter {
  /** Throws a ConnectorError for a value that it cannot write. */
  fromConnect(topic: string, schema: Schema | null, value: Value): Buffer | null;
}

/** A kind of converter. Stateless: one object per plug-in. */
export interface ConverterPlugin {
  /** As configurations name it, e.g. `org.apache.kafka.connect.json.JsonConverter`. */
  readonly className: string;
  /** Other names it answers to beside those that follow from the class name. */
  readonly aliases: readonly string[];
  readonly version: string;
  /** Names without the prefix `key.converter.` or `value.converter.`, e.g. `schemas.enable`. */
  readonly settings: SettingMap;
  /** Told by `converter.type` what it is chosen for (Connect's ConverterConfig). */
  readonly typed?: true;
  create(config: Readonly<Record<string, string>>, isKey: boolean): Converter;
}

/** Turns header values into bytes, as Kafka Connect's HeaderConverter. */
export interface HeaderConverter {
  fromConnectHeader(topic: string, key: string, schema: Schema | null, value: Value): Buffer | null;
}

/** A kind of header converter. Stateless: one object per plug-in. */
export interface HeaderConverterPlugin extends Omit<ConverterPlugin, 'create'> {
  create(config: Readonly<Record<string, string>>): HeaderConverter;
}
