import { emptyAnswer, jsonAnswer, param, type Endpoint } from './endpoint.ts';
import { readBody, taskConfigsBody } from './request-body.ts';
import { taskNumber } from './task-number.ts';

/** Tasks of a connector. */
export const taskEndpoints: readonly Endpoint[] = [
  {
    path: '/connectors/:connector/tasks',
    methods: {
      GET: (herder, request) => jsonAnswer(herder.taskConfigs(param(request, 'connector'))),
      // Internal: the owner of a connector hands fresh task configurations to the leader.
      POST: async (herder, request) => {
        await herder.putTaskConfigs(param(request, 'connector'), readBody(request.body, taskConfigsBody));
        return emptyAnswer(204);
      },
    },
  },
  {
    path: '/connectors/:connector/tasks/:task/status',
    methods: {
      GET: (herder, request) => jsonAnswer(herder.taskStatus(param(request, 'connector'), taskNumber(request))),
    },
  },
  {
    path: '/connectors/:connector/tasks/:task/restart',
    methods: {
      POST: async (herder, request) => {
        await herder.restartTask(param(request, 'connector'), taskNumber(request));
        return emptyAnswer(204);
      },
    },
  },
];
