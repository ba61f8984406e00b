import type { ErrorDefinition } from '../error-definition.ts';

/** What can go wrong in a task host, apart from its source and from Kafka. */
export const taskCodes = {
  TASK_STOPPED: {
    retry: 'automatic',
    advice: 'Nothing to do: the task was asked to stop, and its successor goes on from the last committed offset.',
  },
  LEASE_LOST: {
    retry: 'automatic',
    advice:
      'The worker could not prove its membership of the group in time, so its task stopped writing. Look for a frozen or overloaded worker or a cut connection to Kafka.',
  },
  TOPIC_MISSING: {
    retry: 'after-help',
    advice:
      'Create the topic, or let millrace create it: set topic.creation.default.partitions and topic.creation.default.replication.factor in the connector, or auto.create.topics.enable on the brokers. Then restart the task.',
  },
  OFFSETS_TOPIC_WRITTEN: {
    retry: 'never',
    advice:
      'A record was addressed to the topic that holds the offsets of its task. Give the tables (or the transforms that route them) other topics, or the connector another offsets.storage.topic.',
  },
  SIGNAL_INVALID: {
    retry: 'never',
    advice:
      'The signal was not obeyed, and nothing has changed. Correct its type or its data as the message says and send it again; docs/postgres.md lists the signals.',
  },
  SIGNAL_UNTIMELY: {
    retry: 'after-help',
    advice:
      'The task takes signals only while it streams changes. Wait until its progress says so (GET /connectors/{name}/tasks/0/progress) and send the signal again.',
  },
  HOST_DIED: {
    retry: 'automatic',
    advice:
      'The process that ran the task ended (out of memory, killed). The task starts again in a new one; if it happens often, give it more memory or look at the size of rows and transactions.',
  },
} as const satisfies Record<string, ErrorDefinition>;
