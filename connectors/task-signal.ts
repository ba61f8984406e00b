/** Something that an operator wants of a running task, in Debezium's words (signals). */
export interface TaskSignal {
  /** Chosen by whoever sent it; shows in logs and notifications. */
  readonly id: string;
  /** What is to be done, e.g. `execute-snapshot`. */
  readonly type: string;
  /** JSON text of an object; null: there is none. */
  readonly data: string | null;
}
