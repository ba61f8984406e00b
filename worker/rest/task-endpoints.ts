import { RestError } from '../herder/rest-error.ts';
import { emptyAnswer, jsonAnswer, param, type Endpoint, type RestRequest } from './endpoint.ts';
import { readBody, taskConfigsBody } from './request-body.ts';

/** The number of a task in the path; anything else is not a path of this API. */
function taskNumber(request: RestRequest): number {
  const text = param(request, 'task');
  if (!/^-?\d{1,9}$/.test(text)) throw new RestError(404, 'HTTP 404 Not Found');
  return Number(text);
}

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
