import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { StackError } from './stack-error.ts';

/** The real path of `java`: from JAVA_HOME, else from the path. Kafka 4 needs Java 17 or newer. */
export async function javaExecutable(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = env['JAVA_HOME'];
  const folders = home === undefined || home === '' ? (env['PATH'] ?? '').split(delimiter) : [join(home, 'bin')];
  for (const folder of folders) {
    const file = join(folder, 'java');
    try {
      await access(file, constants.X_OK);
      return await realpath(file);
    } catch {
      // not in this folder
    }
  }
  throw new StackError(
    'Java is not there; install 17 or newer, for instance with: apt-get install openjdk-17-jre-headless',
  );
}
