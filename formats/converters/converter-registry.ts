import type { ConverterPlugin, HeaderConverterPlugin } from './converter.ts';
import { fixedTypePlugins } from './fixed-type-converters.ts';
import { jsonConverterPlugin } from './json/json-plugin.ts';
import { simpleHeaderConverterPlugin } from './simple-header-converter.ts';
import { stringConverterPlugin } from './string-converter.ts';

const builtIn = [jsonConverterPlugin, stringConverterPlugin, ...fixedTypePlugins] as const;

/** `io.x.AvroConverter` -> itself, `AvroConverter`, `Avro`: the names that Connect gives. */
function namesOf({ className, aliases }: Pick<ConverterPlugin, 'className' | 'aliases'>): string[] {
  const simple = className.slice(className.lastIndexOf('.') + 1);
  const short = simple.replace(/(?<=.)(Header)?Converter$/, '');
  return [...new Set([className, simple, short, ...aliases])];
}

function byName<P extends Pick<ConverterPlugin, 'className' | 'aliases'>>(plugins: readonly P[]): Map<string, P> {
  return new Map(plugins.flatMap((plugin) => namesOf(plugin).map((name) => [name, plugin] as const)));
}

/** The converters that configurations may name, by class, simple class name or alias. */
export class ConverterRegistry {
  readonly converters: readonly ConverterPlugin[];
  readonly headerConverters: readonly HeaderConverterPlugin[];
  readonly #converters: ReadonlyMap<string, ConverterPlugin>;
  readonly #headerConverters: ReadonlyMap<string, HeaderConverterPlugin>;

  /** `more`: plug-ins beside the built-in ones, whose names win. */
  constructor(
    more: {
      readonly converters?: readonly ConverterPlugin[];
      readonly headerConverters?: readonly HeaderConverterPlugin[];
    } = {},
  ) {
    this.converters = [...builtIn, ...(more.converters ?? [])];
    this.headerConverters = [simpleHeaderConverterPlugin, ...builtIn, ...(more.headerConverters ?? [])];
    this.#converters = byName(this.converters.toReversed());
    this.#headerConverters = byName(this.headerConverters.toReversed());
  }

  converter(name: string): ConverterPlugin | undefined {
    return this.#converters.get(name.trim());
  }

  headerConverter(name: string): HeaderConverterPlugin | undefined {
    return this.#headerConverters.get(name.trim());
  }
}
