import { pino, type DestinationStream, type Logger } from 'pino';
import type { TaskLog } from '../connectors/source-connector.ts';
import { SecretValues } from './providers/secret-values.ts';
import { redactFields, redactText } from './redaction.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
type Fields = Readonly<Record<string, unknown>>;

/** Lines waiting for a reader that does not read; beyond it lines are dropped, since no log may stop the main thread. */
const maxBufferedBytes = 4 * 1024 * 1024;

/** Structured log: one JSON line per event, fields not prose, secrets hidden by the name of their field and by pattern. */
export class Log implements TaskLog {
  readonly #logger: Logger;
  readonly #flush: () => void;
  readonly #secretValues: SecretValues;

  private constructor(logger: Logger, flush: () => void, secretValues: SecretValues) {
    this.#logger = logger;
    this.#secretValues = secretValues;
    this.#flush = flush;
  }

  /** To a stream of lines (standard output unless given). `secretValues`: hidden wherever they stand, also those learnt later. */
  static to(level: LogLevel, destination?: DestinationStream, secretValues = new SecretValues()): Log {
    const options = {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    if (destination !== undefined) return new Log(pino(options, destination), () => undefined, secretValues);
    // Not synchronous: a full pipe must not hold up heartbeats.
    const output = pino.destination({ fd: 1, sync: false, maxLength: maxBufferedBytes });
    const flush = (): void => {
      try {
        output.flushSync();
      } catch {
        // Standard output is gone or never opened; there is nowhere left to say so.
      }
    };
    return new Log(pino(options, output), flush, secretValues);
  }

  /** A log whose lines all carry these fields, e.g. connector and task. */
  child(fields: Fields): Log {
    return new Log(this.#logger.child(this.#fields(fields)), this.#flush, this.#secretValues);
  }

  debug(fields: Fields, message: string): void {
    if (this.#logger.isLevelEnabled('debug')) this.#logger.debug(this.#fields(fields), this.#text(message));
  }

  info(fields: Fields, message: string): void {
    if (this.#logger.isLevelEnabled('info')) this.#logger.info(this.#fields(fields), this.#text(message));
  }

  warn(fields: Fields, message: string): void {
    if (this.#logger.isLevelEnabled('warn')) this.#logger.warn(this.#fields(fields), this.#text(message));
  }

  error(fields: Fields, message: string): void {
    if (this.#logger.isLevelEnabled('error')) this.#logger.error(this.#fields(fields), this.#text(message));
  }

  #fields(fields: Fields): Record<string, unknown> {
    return this.#secretValues.redactFields(redactFields(fields));
  }

  #text(message: string): string {
    return this.#secretValues.redact(redactText(message));
  }

  /** Writes what is still buffered; for the end of the process. */
  flush(): void {
    this.#flush();
  }
}
