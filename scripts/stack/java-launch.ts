import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { javaExecutable } from './java-executable.ts';
import type { Launch } from './server-process.ts';

export interface JavaProgram {
  /** Folder with the jars. */
  readonly jars: string;
  readonly mainClass: string;
  readonly args: readonly string[];
  /** As in -Xmx: `1g`, `512m`. */
  readonly heap: string;
  readonly systemProperties?: Readonly<Record<string, string>>;
  /** Data folder: working folder and place of the log. */
  readonly folder: string;
  /** Whether it outlives us. */
  readonly background: boolean;
  /** More options of the JVM. */
  readonly flags?: readonly string[];
}

// One line per event on standard output, which goes into the log file of the server.
const LOG4J2 = `status=warn
appenders=stdout
appender.stdout.type=Console
appender.stdout.name=stdout
appender.stdout.layout.type=PatternLayout
appender.stdout.layout.pattern=%d %p %m (%c)%n
rootLogger.level=info
rootLogger.appenderRefs=stdout
rootLogger.appenderRef.stdout.ref=stdout
`;

/** The launch of a Java server that logs to `server.log` in its folder. */
export async function javaLaunch(program: JavaProgram): Promise<Launch> {
  const logging = join(program.folder, 'log4j2.properties');
  await writeFile(logging, LOG4J2);
  const properties = { 'log4j2.configurationFile': logging, ...program.systemProperties };
  return {
    command: await javaExecutable(),
    args: [
      `-Xmx${program.heap}`,
      ...(program.flags ?? []),
      ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
      '-cp',
      join(program.jars, '*'),
      program.mainClass,
      ...program.args,
    ],
    folder: program.folder,
    logFile: join(program.folder, 'server.log'),
    background: program.background,
    endSignal: 'SIGKILL',
  };
}
