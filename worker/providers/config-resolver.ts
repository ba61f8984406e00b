import { ConnectorError } from '../../errors/connector-error.ts';
import { readBounded, readBoundedSync } from './bounded-file.ts';
import type { ConfigProvider, Lookup } from './config-provider.ts';
import { textParts, type Placeholder } from './placeholder.ts';

type Config = Readonly<Record<string, string>>;

/** A configuration with the values that its placeholders name. */
export interface ResolvedConfig {
  readonly config: Record<string, string>;
  /** Keys whose value has changed → the values that were put in. */
  readonly replaced: ReadonlyMap<string, readonly string[]>;
}

/** A file's content, or why it could not be read; undefined: there is none. */
type Content = Buffer | undefined;

/**
 * Puts values in the place of `${provider:path:key}`: once, so that a placeholder inside a value stays text, and only where there
 * is such a value; any other placeholder stays as it is (Connect's ConfigTransformer). Nothing is kept: each call reads anew.
 */
export class ConfigResolver {
  readonly #providers: ReadonlyMap<string, ConfigProvider>;

  constructor(providers: ReadonlyMap<string, ConfigProvider>) {
    this.#providers = providers;
  }

  /** Throws CONFIG_PROVIDER_FAILED when a file that is named cannot be read. */
  async resolve(config: Config): Promise<ResolvedConfig> {
    const contents = new Map<string, Content>();
    for (const { file, required } of this.#filesOf(config))
      contents.set(file, await readBounded(file).catch((error: unknown) => unreadable(file, required, error)));
    return this.#replaced(config, contents);
  }

  /** The same at once; blocks while a file is read. */
  resolveSync(config: Config): ResolvedConfig {
    const contents = new Map<string, Content>();
    for (const { file, required } of this.#filesOf(config)) {
      try {
        contents.set(file, readBoundedSync(file));
      } catch (error) {
        contents.set(file, unreadable(file, required, error));
      }
    }
    return this.#replaced(config, contents);
  }

  #find(placeholder: Placeholder): Lookup | undefined {
    return this.#providers.get(placeholder.provider)?.find(placeholder);
  }

  #filesOf(config: Config): { readonly file: string; readonly required: boolean }[] {
    const files = new Map<string, { file: string; required: boolean }>();
    for (const text of Object.values(config))
      for (const part of textParts(text)) {
        const lookup = typeof part === 'string' ? undefined : this.#find(part);
        if (lookup !== undefined && 'file' in lookup) files.set(lookup.file, lookup);
      }
    return [...files.values()];
  }

  #replaced(config: Config, contents: ReadonlyMap<string, Content>): ResolvedConfig {
    const replaced = new Map<string, string[]>();
    const entries = Object.entries(config).map(([key, text]) => {
      const values: string[] = [];
      const resolved = textParts(text).map((part) => {
        if (typeof part === 'string') return part;
        const value = valueOf(this.#find(part), contents);
        if (value === undefined) return part.text;
        values.push(value);
        return value;
      });
      if (values.length > 0) replaced.set(key, values);
      return [key, resolved.join('')] as const;
    });
    return { config: Object.fromEntries(entries), replaced };
  }
}

function valueOf(lookup: Lookup | undefined, contents: ReadonlyMap<string, Content>): string | undefined {
  if (lookup === undefined) return undefined;
  if (!('file' in lookup)) return lookup.value;
  const content = contents.get(lookup.file);
  return content === undefined ? undefined : lookup.value(content);
}

function unreadable(file: string, required: boolean, error: unknown): Content {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (!required && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR')) return undefined;
  const reason = error instanceof Error ? error.message : String(error);
  throw new ConnectorError(
    'CONFIG_PROVIDER_FAILED',
    `the file ${file} of a configuration provider cannot be read: ${reason}`,
    {
      cause: error,
    },
  );
}
