import { RestError } from '../herder/rest-error.ts';
import { connectorPath, jsonAnswer, param, type Endpoint, type RestRequest } from './endpoint.ts';

function number(request: RestRequest, name: string): number {
  const text = param(request, name);
  if (!/^\d{1,15}$/.test(text)) throw new RestError(404, 'HTTP 404 Not Found');
  return Number(text);
}

/** The configurations that a connector had. */
export const revisionEndpoints: readonly Endpoint[] = [
  {
    path: '/connectors/:connector/config/revisions',
    methods: { GET: (herder, request) => jsonAnswer(herder.configRevisions(param(request, 'connector'))) },
  },
  {
    path: '/connectors/:connector/config/revisions/:revision',
    methods: {
      GET: async (herder, request) =>
        jsonAnswer(await herder.configRevision(param(request, 'connector'), number(request, 'revision'))),
    },
  },
  {
    path: '/connectors/:connector/config/revisions/:from/diff/:to',
    methods: {
      GET: async (herder, request) => {
        const name = param(request, 'connector');
        return jsonAnswer(await herder.configDiff(name, number(request, 'from'), number(request, 'to')));
      },
    },
  },
  {
    path: '/connectors/:connector/config/revisions/:revision/rollback',
    methods: {
      POST: async (herder, request) => {
        const name = param(request, 'connector');
        const { created, info } = await herder.rollBackConfig(name, number(request, 'revision'), request.origin);
        return created ? { ...jsonAnswer(info, 201), location: connectorPath(name) } : jsonAnswer(info);
      },
    },
  },
];
