import type { ConverterPlugin, HeaderConverterPlugin } from '../formats/converters/converter.ts';
import type { PredicatePlugin as Predicates, TransformPlugin as Transforms } from '../transforms/transform.ts';

/** What the manifest says, once, so that code does not repeat it. */
type InManifest = 'className' | 'aliases' | 'version';

/** A transform of a plug-in: `settings`, and `create(config)` that gives an object with `apply(record)`. */
export type TransformPlugin = Omit<Transforms, InManifest>;
/** A predicate of a plug-in: `settings`, and `create(config)` that gives an object with `test(record)`. */
export type PredicatePlugin = Omit<Predicates, InManifest>;
/** A converter of a plug-in: `settings`, and `create(config, isKey)` that gives an object with `fromConnect(topic, schema, value)`. */
export type ValueConverterPlugin = Omit<ConverterPlugin, InManifest>;
/** A header converter of a plug-in: as a converter, with `fromConnectHeader(topic, key, schema, value)`. */
export type HeaderValueConverterPlugin = Omit<HeaderConverterPlugin, InManifest>;
