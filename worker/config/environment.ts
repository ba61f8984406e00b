/** A worker setting given by an environment variable. */
export interface EnvironmentSetting {
  readonly key: string;
  readonly value: string;
  readonly variable: string;
}

const prefix = 'CONNECT_';
/** Variables that Connect's images read for their logging library and shell scripts, not for the worker. */
const notSettings = /^CONNECT_(LOG4J_|CUB_|MODULE$|VERSION$|HOME$)/;

/**
 * `CONNECT_BOOTSTRAP_SERVERS` → `bootstrap.servers`, by the rule of Confluent's images: `_` is a dot, `__` an underscore,
 * `___` a dash; letters in lower case.
 */
export function settingOfVariable(variable: string): string | undefined {
  if (!variable.startsWith(prefix) || variable.length === prefix.length || notSettings.test(variable)) return undefined;
  return variable
    .slice(prefix.length)
    .toLowerCase()
    .replace(/_{1,3}/g, (run) => (run.length === 3 ? '-' : run.length === 2 ? '_' : '.'));
}

/** The settings that an environment holds, sorted by variable so that the outcome does not depend on its order. */
export function environmentSettings(env: Readonly<Record<string, string | undefined>>): EnvironmentSetting[] {
  return Object.keys(env)
    .sort()
    .flatMap((variable) => {
      const key = settingOfVariable(variable);
      const value = env[variable];
      return key === undefined || value === undefined ? [] : [{ key, value, variable }];
    });
}
