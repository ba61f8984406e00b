import { environmentSettings } from './environment.ts';
import { readPropertiesFile, type PropertyLine } from './properties-file.ts';

/** All keys that a worker was given, and where each value stands. */
export interface SettingsSource {
  readonly keys: Readonly<Record<string, string>>;
  /** `worker.properties:12` or `environment variable CONNECT_GROUP_ID`; undefined for a key that was not given. */
  origin(key: string): string | undefined;
  /** Keys that the file gives more than once; the last one counts, as in Java. */
  readonly repeated: readonly string[];
}

/** File first, environment variables `CONNECT_…` over it. */
export function settingsSource(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): SettingsSource {
  const lines: PropertyLine[] = file === undefined ? [] : readPropertiesFile(file);
  const keys = new Map<string, string>();
  const origins = new Map<string, string>();
  const repeated = new Set<string>();
  for (const { key, value, line } of lines) {
    if (keys.has(key)) repeated.add(key);
    keys.set(key, value);
    origins.set(key, `${file ?? ''}:${line}`);
  }
  for (const { key, value, variable } of environmentSettings(env)) {
    keys.set(key, value);
    origins.set(key, `environment variable ${variable}`);
  }
  return { keys: Object.fromEntries(keys), origin: (key) => origins.get(key), repeated: [...repeated] };
}
