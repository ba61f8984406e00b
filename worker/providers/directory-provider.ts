import { join } from 'node:path';
import { AllowedPaths } from './allowed-paths.ts';
import type { ConfigProvider, Lookup } from './config-provider.ts';
import type { Placeholder } from './placeholder.ts';

/**
 * One file per value, as Kafka's DirectoryConfigProvider and the mounted secrets of Kubernetes: `${dir:/etc/secrets:password}` is
 * the whole content of /etc/secrets/password, a line end at its end included.
 */
export class DirectoryProvider implements ConfigProvider {
  readonly #allowed: AllowedPaths;

  constructor(allowedPaths: string | undefined) {
    this.#allowed = new AllowedPaths(allowedPaths);
  }

  find({ path, key }: Placeholder): Lookup | undefined {
    const folder = path === '' ? undefined : this.#allowed.within(path);
    // A key is the name of a file in the folder, never a way out of it.
    if (folder === undefined || key === '' || key === '..' || key.includes('/')) return undefined;
    return { file: join(folder, key), required: false, value: (content) => content.toString('utf8') };
  }
}
