import { decodeProperties, parseProperties } from '../config/properties-file.ts';
import { AllowedPaths } from './allowed-paths.ts';
import type { ConfigProvider, Lookup } from './config-provider.ts';
import type { Placeholder } from './placeholder.ts';

/** Keys of Java properties files, as Kafka's FileConfigProvider: `${file:/etc/secrets.properties:password}`. */
export class FileProvider implements ConfigProvider {
  readonly #allowed: AllowedPaths;

  constructor(allowedPaths: string | undefined) {
    this.#allowed = new AllowedPaths(allowedPaths);
  }

  find({ path, key }: Placeholder): Lookup | undefined {
    const file = path === '' ? undefined : this.#allowed.within(path);
    if (file === undefined) return undefined;
    return { file, required: true, value: (content) => valueOf(content, key) };
  }
}

/** The last one counts, as in Java. */
function valueOf(content: Buffer, key: string): string | undefined {
  return parseProperties(decodeProperties(content)).findLast((line) => line.key === key)?.value;
}
