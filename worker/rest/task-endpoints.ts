import type { HerderPort } from '../herder/herder-port.ts';
import { emptyAnswer, jsonAnswer, param, type Endpoint, type RestAnswer, type RestRequest } from './endpoint.ts';
import { finishedBody, readBody, taskConfigsBody } from './request-body.ts';
import { taskNumber } from './task-number.ts';

/** Internal: before the tasks of an exactly-once connector start, the leader is asked to fence those before them. */
async function fence(herder: HerderPort, request: RestRequest): Promise<RestAnswer> {
  await herder.fenceZombies(param(request, 'connector'));
  return emptyAnswer(204);
}

/** Internal: a connector has nothing more to do, and the leader stops it. */
async function finish(herder: HerderPort, request: RestRequest): Promise<RestAnswer> {
  await herder.finish(param(request, 'connector'), readBody(request.body, finishedBody).detail);
  return emptyAnswer(204);
}

/** Tasks of a connector. */
export const taskEndpoints: readonly Endpoint[] = [
  {
    path: '/connectors/:connector/tasks',
    signed: ['POST'],
    methods: {
      GET: (herder, request) => jsonAnswer(herder.taskConfigs(param(request, 'connector'))),
      // Internal: the owner of a connector hands fresh task configurations to the leader.
      POST: async (herder, request) => {
        await herder.putTaskConfigs(param(request, 'connector'), readBody(request.body, taskConfigsBody));
        return emptyAnswer(204);
      },
    },
  },
  { path: '/connectors/:connector/fence', signed: ['PUT'], methods: { PUT: fence } },
  { path: '/connectors/:connector/finish', signed: ['PUT'], methods: { PUT: finish } },
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
