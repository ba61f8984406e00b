import { pino, type DestinationStream, type Logger } from 'pino';
import type { TaskLog } from '../connectors/source-connector.ts';
import { LogLevels, parseLogLevel, type Severity } from './log-levels.ts';
import { SecretValues } from './providers/secret-values.ts';
import { redactFields, redactText } from './redaction.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
type Fields = Readonly<Record<string, unknown>>;

/** Lines waiting for a reader that does not read; beyond it lines are dropped, since no log may stop the main thread. */
const maxBufferedBytes = 4 * 1024 * 1024;

interface LogParts {
  /** Passes every line on: whether there is one is decided before. */
  readonly pino: Logger;
  readonly levels: LogLevels;
  /** Hidden wherever they stand, also those learnt later. */
  readonly secretValues: SecretValues;
  readonly flush: () => void;
}

/** Structured log: one JSON line per event, fields not prose, secrets hidden by the name of their field and by pattern. */
export class Log implements TaskLog {
  /** Name of the logger, e.g. `millrace.worker.herder`; its level can be changed while the worker runs. */
  readonly name: string;
  readonly #parts: LogParts;
  /** With the fields of this log. */
  readonly #pino: Logger;

  private constructor(parts: LogParts, name: string, fields: Fields) {
    this.name = name;
    this.#parts = parts;
    parts.levels.add(name);
    this.#pino = parts.pino.child(this.#fields(fields));
  }

  /** To a stream of lines (standard output unless given). `secretValues`: hidden wherever they stand, also those learnt later. */
  static to(level: LogLevel, destination?: DestinationStream, secretValues = new SecretValues()): Log {
    const options = {
      level: 'trace',
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    const levels = new LogLevels(parseLogLevel(level) ?? 'INFO');
    const name = 'millrace.worker';
    if (destination !== undefined)
      return new Log({ pino: pino(options, destination), levels, secretValues, flush: () => undefined }, name, {});
    // Not synchronous: a full pipe must not hold up heartbeats.
    const output = pino.destination({ fd: 1, sync: false, maxLength: maxBufferedBytes });
    const flush = (): void => {
      try {
        output.flushSync();
      } catch {
        // Standard output is gone or never opened; there is nowhere left to say so.
      }
    };
    return new Log({ pino: pino(options, output), levels, secretValues, flush }, name, {});
  }

  /** The levels of all loggers of this process. */
  get levels(): LogLevels {
    return this.#parts.levels;
  }

  /** Another logger of this process. */
  named(name: string): Log {
    return new Log(this.#parts, name, {});
  }

  /** A log whose lines all carry these fields, e.g. connector and task. */
  child(fields: Fields): Log {
    return new Log({ ...this.#parts, pino: this.#pino }, this.name, fields);
  }

  debug(fields: Fields, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: Fields, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: Fields, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: Fields, message: string): void {
    this.#write('error', fields, message);
  }

  /** Writes what is still buffered; for the end of the process. */
  flush(): void {
    this.#parts.flush();
  }

  #write(severity: Severity, fields: Fields, message: string): void {
    if (!this.#parts.levels.enabled(this.name, severity)) return;
    this.#pino[severity]({ logger: this.name, ...this.#fields(fields) }, this.#text(message));
  }

  #fields(fields: Fields): Record<string, unknown> {
    return this.#parts.secretValues.redactFields(redactFields(fields));
  }

  #text(message: string): string {
    return this.#parts.secretValues.redact(redactText(message));
  }
}
