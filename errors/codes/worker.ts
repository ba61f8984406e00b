import type { ErrorDefinition } from '../error-definition.ts';

/** What can go wrong in worker's part. */
export const workerCodes = {
  WORKER_CONFIG_UNREADABLE: {
    retry: 'never',
    advice:
      'Give the path of a readable .properties file, or none to take every setting from environment variables CONNECT_….',
  },
  WORKER_CONFIG_INVALID: {
    retry: 'never',
    advice:
      'Correct the settings that the message names and start the worker again; docs/settings-worker.md lists them all.',
  },
  CONFIG_PROVIDER_FAILED: {
    retry: 'after-help',
    advice:
      'Correct the placeholder or the file that the message names: it must be there and readable for the worker, on every machine that runs one. Then restart the connector or task.',
  },
  REST_LISTENER_FAILED: {
    retry: 'after-help',
    advice:
      'Choose another port or address in listeners, or stop the process that holds it, and start the worker again.',
  },
  OFFSET_INVALID: {
    retry: 'never',
    advice:
      'Partitions and offsets are flat JSON objects of strings, numbers, booleans and null. Correct the one that the message names; a stored one can be replaced or deleted with the offsets API.',
  },
  CONFIG_WRITE_FAILED: {
    retry: 'automatic',
    advice:
      'The request can be sent again. When it keeps failing, look for a second leader of the group, and at the leader of the config topic.',
  },
  STORE_TOPIC_UNFIT: {
    retry: 'after-help',
    advice:
      'Correct the topic as the message says (kafka-configs.sh --alter --add-config cleanup.policy=compact), or name another topic in the worker configuration, and start the worker again.',
  },
  STORE_TOPIC_CREATION: {
    retry: 'after-help',
    advice:
      'Lower the *.storage.replication.factor to the number of brokers, start the missing brokers, or create the topic by hand (compacted), and start the worker again.',
  },
  GROUP_FOREIGN: {
    retry: 'after-help',
    advice:
      'Two groups must not share a config topic. Give this worker the group.id of the other workers, or a config.storage.topic of its own.',
  },
  GROUP_TOPICS_DIFFER: {
    retry: 'after-help',
    advice:
      'Workers with the same group.id must name the same config.storage.topic, offset.storage.topic and status.storage.topic. Correct the three settings of this worker, or give it a group.id of its own.',
  },
  FOREIGN_WRITER: {
    retry: 'after-help',
    advice:
      'Another program writes to an internal topic of this cluster: a Java Connect worker that still runs, another group, or somebody by hand. Stop it: two clusters on the same topics run the same connectors twice.',
  },
  INTERNAL_TOPIC_LOST: {
    retry: 'after-help',
    advice:
      'An internal topic was deleted, created again or truncated. Find out who did it and restore it if there is a copy (with its old records). To go on with what is there now, start the workers again; for the topic of source offsets with internal.topics.accept.recreated=true, after which connectors without an offset begin anew.',
  },
  STORE_TOPIC_MISSING: {
    retry: 'after-help',
    advice:
      'Create the topic that the message names (compacted; the config topic with one partition), or set internal.topics.automatic.creation.enable=true, and start the worker again.',
  },
  GROUP_MESSAGE_UNREADABLE: {
    retry: 'after-help',
    advice:
      'Workers of different versions, or another program, share group.id. Let all workers of the group run the same version, or give one of them a group.id of its own.',
  },
  CONNECTOR_CLASS_UNKNOWN: {
    retry: 'never',
    advice:
      'Correct connector.class; GET /connector-plugins lists the connectors of this version. Sink connectors are not run here.',
  },
  TOO_MANY_TASKS: {
    retry: 'never',
    advice: 'Raise tasks.max, or set tasks.max.enforce=false to be warned only.',
  },
  TASK_ENDED_BY_ITSELF: {
    retry: 'automatic',
    advice:
      'Nothing to do unless it happens again and again: the task is started once more from its committed offsets.',
  },
  TAKE_OVER_UNCONFIRMED: {
    retry: 'automatic',
    advice:
      'Before a task goes on, its worker reads the config topic to its end and waits for a heartbeat. Look for an open transaction on the config topic, or for a cut connection to Kafka; the task is started again by itself.',
  },
} as const satisfies Record<string, ErrorDefinition>;
