import { flag } from '../../settings/kinds.ts';

const group = 'Topic tracking';

/** What the cluster remembers about the topics that connectors write to (KIP-558). */
export const trackingSettings = {
  topicTrackingEnable: flag('topic.tracking.enable', {
    default: 'true',
    group,
    importance: 'LOW',
    documentation:
      'Whether the topics that each connector has written to are kept in the status topic and shown by `GET /connectors/{name}/topics`; false: that request is refused.',
  }),
  topicTrackingAllowReset: flag('topic.tracking.allow.reset', {
    default: 'true',
    group,
    importance: 'LOW',
    documentation: 'Whether `PUT /connectors/{name}/topics/reset` may empty that list.',
  }),
};
