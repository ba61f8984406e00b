import { parse } from 'basic-auth';
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConnectorError } from '../../errors/connector-error.ts';
import { jaasFileEntry } from '../../kafka/security/jaas-config.ts';
import { readPropertiesFile } from './properties-file.ts';

const entry = 'KafkaConnect';
const loginModule = 'PropertyFileLoginModule';

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Who may use the REST API. How long a refusal takes says nothing of how near a guess was. */
export class RestUsers {
  readonly #passwords: ReadonlyMap<string, Buffer>;

  constructor(passwords: ReadonlyMap<string, string>) {
    this.#passwords = new Map([...passwords].map(([user, password]) => [user, digest(password)]));
  }

  /** Whether a header `Authorization` names a user with the right password. */
  allows(authorization: string | undefined): boolean {
    const given = authorization === undefined ? undefined : parse(authorization);
    const expected = this.#passwords.get(given?.name ?? '');
    const same = timingSafeEqual(digest(given?.pass ?? ''), expected ?? digest(''));
    return given !== undefined && expected !== undefined && same;
  }
}

/** The JAAS file that the options of a JVM name, as Connect's start scripts take them from KAFKA_OPTS. */
export function loginConfigOfOptions(options: string | undefined): string | undefined {
  const [, quoted, bare] = /-Djava\.security\.auth\.login\.config=(?:"([^"]+)"|(\S+))/.exec(options ?? '') ?? [];
  return quoted ?? bare;
}

function invalid(message: string, cause?: unknown): ConnectorError {
  return new ConnectorError('CONFIG_INVALID', message, { cause });
}

/**
 * The users that a JAAS file leads to: its entry `KafkaConnect` names a PropertyFileLoginModule, and that a file of
 * `user=password` lines. Throws CONFIG_INVALID when either is not to be had, or names nobody: then everybody would be let in.
 */
export function loadRestUsers(loginConfig: string | undefined): RestUsers {
  if (loginConfig === undefined || loginConfig === '')
    throw invalid('rest.extension.classes asks for users: set rest.basic.auth.login.config to a JAAS file');
  const where = `rest.basic.auth.login.config: ${loginConfig}`;
  let text: string;
  try {
    text = readFileSync(loginConfig, 'utf8');
  } catch (cause) {
    throw invalid(`${where} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  const modules = jaasFileEntry(text, entry, where);
  if (modules === undefined) throw invalid(`${where} has no entry ${entry}`);
  const [module] = modules;
  if (module === undefined || modules.length > 1 || !module.className.endsWith(`.${loginModule}`))
    throw invalid(`${where}: entry ${entry} must hold one ${loginModule} and nothing else`);
  const file = module.options.get('file');
  if (file === undefined) throw invalid(`${where}: the ${loginModule} lacks the option file`);
  const users = new Map(usersOf(file, where).map(({ key, value }) => [key, value]));
  if (users.size === 0) throw invalid(`${where}: ${file} names no user`);
  return new RestUsers(users);
}

function usersOf(file: string, where: string) {
  try {
    return readPropertiesFile(file);
  } catch (cause) {
    // The reader's own text speaks of the worker configuration.
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw invalid(`${where}: the file of users ${file} cannot be read: ${reason}`, cause);
  }
}
