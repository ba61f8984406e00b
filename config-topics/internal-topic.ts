/** One of the three topics that hold the state of the cluster, as the worker's configuration describes it. */
export interface InternalTopic {
  readonly name: string;
  /** The setting that names it, for messages, e.g. `config.storage.topic`. */
  readonly property: string;
  /** What would be lost, for messages, e.g. `connector configurations`. */
  readonly purpose: string;
  /** At creation; −1: the brokers' default. The config topic has 1. */
  readonly partitions: number;
  /** At creation; −1: the brokers' default. */
  readonly replicationFactor: number;
  /** Settings of the topic at creation: the keys `config.storage.<suffix>` by their suffix. */
  readonly settings: Readonly<Record<string, string>>;
  /** True: exactly one partition is required, since the order of all records counts. */
  readonly single: boolean;
  /** False: it must be there already (internal.topics.automatic.creation.enable). */
  readonly mayCreate?: boolean;
}
