/** Levels as Connect's logger endpoints name them, from silence to everything. */
export const logLevelNames = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'ALL'] as const;
export type LogLevelName = (typeof logLevelNames)[number];
/** Severity of a line. */
export type Severity = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** The logger above all others, by log4j's name. */
export const rootLogger = 'root';

const severities: Readonly<Record<Severity, number>> = { fatal: 1, error: 2, warn: 3, info: 4, debug: 5, trace: 6 };

/** A logger as its endpoint shows it. */
export interface LoggerState {
  readonly level: LogLevelName;
  /** Milliseconds since 1970; null: it has the level it began with. */
  readonly lastModified: number | null;
}

/** The level that a text means, in any letters, spaces around it apart (log4j); undefined for none. */
export function parseLogLevel(text: string): LogLevelName | undefined {
  return logLevelNames.find((level) => level === text.trim().toUpperCase());
}

/**
 * The loggers of this process and the level of each: every known one has its own, which a change of one above it changes too
 * (Connect 4.x). A logger that appears later begins with the level of the nearest one above it.
 */
export class LogLevels {
  readonly #loggers = new Map<string, LoggerState>();
  readonly #listeners = new Set<() => void>();

  constructor(root: LogLevelName) {
    this.#loggers.set(rootLogger, { level: root, lastModified: null });
  }

  /** Makes a logger known. */
  add(logger: string): void {
    if (this.#loggers.has(logger)) return;
    this.#loggers.set(logger, { level: this.#inherited(logger), lastModified: null });
  }

  enabled(logger: string, severity: Severity): boolean {
    const level = this.#loggers.get(logger)?.level ?? this.#inherited(logger);
    return severities[severity] <= logLevelNames.indexOf(level);
  }

  get(logger: string): LoggerState | undefined {
    return this.#loggers.get(canonical(logger));
  }

  /** Known loggers that are not silenced, sorted by name. */
  all(): [string, LoggerState][] {
    return [...this.#loggers]
      .filter(([, { level }]) => level !== 'OFF')
      .sort(([left], [right]) => (left < right ? -1 : 1));
  }

  /**
   * Sets a logger and all known ones below it; one that is not known is made. Answers those whose level is another one now,
   * sorted. `now`: milliseconds since 1970.
   */
  set(namespace: string, level: LogLevelName, now: number): string[] {
    const top = canonical(namespace);
    this.add(top);
    const below = [...this.#loggers.keys()].filter(
      (logger) => top === rootLogger || logger === top || logger.startsWith(`${top}.`),
    );
    const changed = below.filter((logger) => this.#loggers.get(logger)?.level !== level).sort();
    for (const logger of changed) this.#loggers.set(logger, { level, lastModified: now });
    if (changed.length > 0) for (const listener of this.#listeners) listener();
    return changed;
  }

  /** Every logger's level, for another process to follow. */
  snapshot(): Record<string, LogLevelName> {
    return Object.fromEntries([...this.#loggers].map(([logger, { level }]) => [logger, level]));
  }

  /** Takes over the levels of another process. */
  follow(levels: Readonly<Record<string, LogLevelName>>): void {
    for (const [logger, level] of Object.entries(levels)) this.#loggers.set(logger, { level, lastModified: null });
  }

  /** Called after each change of a level; the answer ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #inherited(logger: string): LogLevelName {
    for (let at = logger.lastIndexOf('.'); at > 0; at = logger.lastIndexOf('.', at - 1)) {
      const above = this.#loggers.get(logger.slice(0, at));
      if (above !== undefined) return above.level;
    }
    return this.#loggers.get(rootLogger)?.level ?? 'INFO';
  }
}

function canonical(logger: string): string {
  return logger.toLowerCase() === rootLogger ? rootLogger : logger;
}
