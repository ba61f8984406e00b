import { z } from 'zod';
import { SettingValueError } from '../../settings/setting.ts';
import type { ConfigProvider } from './config-provider.ts';
import { DirectoryProvider } from './directory-provider.ts';
import { EnvProvider } from './env-provider.ts';
import { FileProvider } from './file-provider.ts';

const kinds = ['env', 'file', 'directory'] as const;
type ProviderKind = (typeof kinds)[number];

/** The providers of a worker by their name, as `config.providers` declares them; travels to task hosts. */
export const providerSpecs = z.record(
  z.string(),
  z.object({
    kind: z.enum(kinds),
    /** `config.providers.<name>.param.*`, prefix removed. */
    params: z.record(z.string(), z.string()),
  }),
);
export type ProviderSpecs = z.infer<typeof providerSpecs>;

const classes: Readonly<Record<string, ProviderKind>> = {
  'org.apache.kafka.common.config.provider.EnvVarConfigProvider': 'env',
  'org.apache.kafka.common.config.provider.FileConfigProvider': 'file',
  'org.apache.kafka.common.config.provider.DirectoryConfigProvider': 'directory',
};
const params: Readonly<Record<ProviderKind, string>> = {
  env: 'allowlist.pattern',
  file: 'allowed.paths',
  directory: 'allowed.paths',
};

type Keys = Readonly<Record<string, string>>;

/** What is declared, and what is wrong with it by the key that says it. */
export function parseProviders(keys: Keys): {
  readonly specs: ProviderSpecs;
  readonly problems: readonly (readonly [key: string, text: string])[];
} {
  const names = (keys['config.providers'] ?? '').split(',').map((name) => name.trim());
  const specs: ProviderSpecs = {};
  const problems: [string, string][] = [];
  for (const name of new Set(names.filter((given) => given !== ''))) {
    const prefix = `config.providers.${name}.`;
    const className = (keys[`${prefix}class`] ?? '').trim();
    const kind = classes[className];
    if (kind === undefined) {
      problems.push([`${prefix}class`, classProblem(`${prefix}class`, className)]);
      continue;
    }
    const key = `${prefix}param.${params[kind]}`;
    const value = keys[key];
    const problem = value === undefined ? undefined : paramProblem(kind, value);
    if (problem !== undefined)
      problems.push([key, `Invalid value ${value ?? ''} for configuration ${key}: ${problem}`]);
    else specs[name] = { kind, params: value === undefined ? {} : { [params[kind]]: value } };
  }
  return { specs, problems };
}

function classProblem(key: string, className: string): string {
  return className === ''
    ? `Missing required configuration "${key}" which has no default value.`
    : `Invalid value ${className} for configuration ${key}: must be one of ${Object.keys(classes).join(', ')}; other providers are Java classes and cannot be loaded`;
}

function paramProblem(kind: ProviderKind, value: string): string | undefined {
  if (kind === 'env') {
    try {
      new EnvProvider({}, value);
    } catch (error) {
      if (!(error instanceof SettingValueError)) throw error;
      return error.message;
    }
    return undefined;
  }
  const relative = value.split(',').find((path) => path.trim() !== '' && !path.trim().startsWith('/'));
  return relative === undefined ? undefined : `path ${relative.trim()} is not absolute`;
}

/** The providers themselves. `env`: the environment that variables are taken from. */
export function openProviders(
  specs: ProviderSpecs,
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, ConfigProvider> {
  const open = ({ kind, params: given }: ProviderSpecs[string]): ConfigProvider => {
    const value = given[params[kind]];
    if (kind === 'env') return new EnvProvider(env, value);
    return kind === 'file' ? new FileProvider(value) : new DirectoryProvider(value);
  };
  return new Map(Object.entries(specs).map(([name, spec]) => [name, open(spec)]));
}
