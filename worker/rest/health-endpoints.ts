import { jsonAnswer, param, type Endpoint } from './endpoint.ts';
import { taskNumber } from './task-number.ts';

/** How tasks, workers and the cluster are: ours, beside Connect's endpoints. */
export const healthEndpoints: readonly Endpoint[] = [
  {
    path: '/connectors/:connector/tasks/:task/progress',
    methods: {
      GET: (herder, request) => jsonAnswer(herder.taskProgress(param(request, 'connector'), taskNumber(request))),
    },
  },
  {
    path: '/summary',
    methods: {
      // A question that another worker passed on goes no further.
      GET: async (herder, { query, authorization }) => ({
        status: 200,
        json: await herder.summary(authorization, query.has('forward')),
      }),
    },
  },
  { path: '/summary/worker', methods: { GET: (herder) => jsonAnswer(herder.workerReport()) } },
];
