/** Where the Kafka part reports what it does: one line per event, fields rather than prose, never a secret. */
export interface KafkaLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

const nothing = (): void => undefined;

/** For callers that want no log. */
export const silentLog: KafkaLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
