import { emptyAnswer, jsonAnswer, param, type Endpoint } from './endpoint.ts';

/** The topics that a connector has written to (KIP-558); any worker answers. */
export const topicEndpoints: readonly Endpoint[] = [
  {
    path: '/connectors/:connector/topics',
    methods: {
      GET: (herder, request) => {
        const name = param(request, 'connector');
        return jsonAnswer(Object.fromEntries([[name, { topics: herder.topics(name) }]]));
      },
    },
  },
  {
    path: '/connectors/:connector/topics/reset',
    methods: {
      PUT: (herder, request) => {
        herder.resetTopics(param(request, 'connector'));
        return emptyAnswer(202);
      },
    },
  },
];
