import { z } from 'zod';
import { ConnectorError } from '../../errors/connector-error.ts';
import type {
  HeaderValueConverterPlugin,
  PredicatePlugin,
  TransformPlugin,
  ValueConverterPlugin,
} from '../../sdk/part-plugins.ts';
import type { SourcePlugin } from '../../sdk/source-plugin.ts';
import { nameOf, type DeclaredPlugin } from './declared-plugin.ts';

const method = z.custom((value) => typeof value === 'function', 'must be a function');
const setting = z.object({
  name: z.string().min(1),
  type: z.enum(['BOOLEAN', 'STRING', 'INT', 'SHORT', 'LONG', 'DOUBLE', 'LIST', 'CLASS', 'PASSWORD']),
  documentation: z.string(),
  parse: method,
});
const settings = z.record(z.string(), setting, 'must be a map of settings, made with text(), integer() and the like');

const sourceShape = z.object({
  settings,
  taskConfigs: method,
  createTask: method,
  validate: method.optional(),
  checkOffsets: method.optional(),
});
const partShape = z.object({ settings, create: method });

/** Throws PLUGIN_UNUSABLE with every member that is missing or of a wrong kind. */
function requireShape(shape: z.ZodType, plugin: DeclaredPlugin, value: unknown): void {
  const checked = shape.safeParse(value);
  if (checked.success) return;
  const issues = checked.error.issues.map(
    ({ path, message }) => `${[plugin.export, ...path.map(String)].join('.')}: ${message}`,
  );
  throw new ConnectorError(
    'PLUGIN_UNUSABLE',
    `${nameOf(plugin)}: what ${plugin.module} exports is no ${plugin.type}: ${issues.join('; ')}`,
  );
}

/** The object itself goes on, not a copy: its methods may use `this`. */
function as<T>(shape: z.ZodType, type: z.ZodType<T>) {
  return (plugin: DeclaredPlugin, value: unknown): T => {
    requireShape(shape, plugin, value);
    return type.parse(value);
  };
}

export const asSource = as(sourceShape, z.custom<SourcePlugin>());
export const asTransform = as(partShape, z.custom<TransformPlugin>());
export const asPredicate = as(partShape, z.custom<PredicatePlugin>());
export const asConverter = as(partShape, z.custom<ValueConverterPlugin>());
export const asHeaderConverter = as(partShape, z.custom<HeaderValueConverterPlugin>());
