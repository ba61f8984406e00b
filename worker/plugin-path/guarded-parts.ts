import type { SourceRecord } from '../../connectors/source-record.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { ConverterPlugin, HeaderConverterPlugin } from '../../formats/converters/converter.ts';
import type {
  HeaderValueConverterPlugin,
  PredicatePlugin as GivenPredicate,
  TransformPlugin as GivenTransform,
  ValueConverterPlugin,
} from '../../sdk/part-plugins.ts';
import type { PredicatePlugin, TransformPlugin } from '../../transforms/transform.ts';
import { nameOf, type DeclaredPlugin } from './declared-plugin.ts';
import { callPlugin } from './plugin-call.ts';

/** What `create` gave, with the method that it is there for. Throws PLUGIN_FAILED. */
function created<T extends object>(declared: DeclaredPlugin, method: keyof T & string, create: () => T): T {
  const where = `${nameOf(declared)}, create`;
  const made = callPlugin(where, create);
  const found: unknown = Object(made) === made ? made[method] : undefined;
  if (typeof found !== 'function')
    throw new ConnectorError('PLUGIN_FAILED', `${where}: must give an object with the method ${method}()`);
  return made;
}

function known({ className, aliases, version }: DeclaredPlugin) {
  return { className, aliases, version };
}

function wrong(declared: DeclaredPlugin, text: string): ConnectorError {
  return new ConnectorError('PLUGIN_FAILED', `${nameOf(declared)}, ${text}`);
}

export function guardedTransform(declared: DeclaredPlugin, plugin: GivenTransform): TransformPlugin {
  return {
    ...known(declared),
    settings: plugin.settings,
    create(config) {
      const transform = created(declared, 'apply', () => plugin.create(config));
      return {
        apply(record) {
          const result = transform.apply(record);
          if (result === null || isRecord(result)) return result;
          throw wrong(declared, 'apply: must give the record as it goes on, or null to drop it, and no promise');
        },
      };
    },
  };
}

function isRecord(value: unknown): value is SourceRecord {
  return typeof value === 'object' && value !== null && 'topic' in value && typeof value.topic === 'string';
}

export function guardedPredicate(declared: DeclaredPlugin, plugin: GivenPredicate): PredicatePlugin {
  return {
    ...known(declared),
    settings: plugin.settings,
    create: (config) => created(declared, 'test', () => plugin.create(config)),
  };
}

function bytesOrNull(declared: DeclaredPlugin, method: string, value: unknown): Buffer | null {
  if (value === null || Buffer.isBuffer(value)) return value;
  throw wrong(declared, `${method}: must give a Buffer or null`);
}

export function guardedConverter(declared: DeclaredPlugin, plugin: ValueConverterPlugin): ConverterPlugin {
  return {
    ...known(declared),
    settings: plugin.settings,
    create(config, isKey) {
      const converter = created(declared, 'fromConnect', () => plugin.create(config, isKey));
      return {
        fromConnect: (topic, schema, value) =>
          bytesOrNull(declared, 'fromConnect', converter.fromConnect(topic, schema, value)),
      };
    },
  };
}

export function guardedHeaderConverter(
  declared: DeclaredPlugin,
  plugin: HeaderValueConverterPlugin,
): HeaderConverterPlugin {
  return {
    ...known(declared),
    settings: plugin.settings,
    create(config) {
      const converter = created(declared, 'fromConnectHeader', () => plugin.create(config));
      return {
        fromConnectHeader: (topic, key, schema, value) =>
          bytesOrNull(declared, 'fromConnectHeader', converter.fromConnectHeader(topic, key, schema, value)),
      };
    },
  };
}
