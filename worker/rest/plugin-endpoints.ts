import { jsonAnswer, param, type Endpoint, type RestAnswer, type RestRequest } from './endpoint.ts';
import type { HerderPort } from '../herder/herder-port.ts';
import { configBody, readBody } from './request-body.ts';

async function list(herder: HerderPort, request: RestRequest): Promise<RestAnswer> {
  // A Java boolean: whatever is not `true` is false.
  const all = (request.query.get('connectorsOnly') ?? 'true').toLowerCase() !== 'true';
  const plugins = await herder.plugins();
  return jsonAnswer(all ? plugins : plugins.filter(({ type }) => type === 'source' || type === 'sink'));
}

/** What can be configured, and whether a configuration is right. */
export const pluginEndpoints: readonly Endpoint[] = [
  { path: '/connector-plugins', methods: { GET: list } },
  {
    path: '/connector-plugins/:plugin/config',
    methods: {
      GET: async (herder, request) =>
        jsonAnswer(await herder.pluginConfig(param(request, 'plugin'), request.query.get('version'))),
    },
  },
  {
    path: '/connector-plugins/:plugin/config/validate',
    methods: {
      PUT: async (herder, request) =>
        jsonAnswer(await herder.validate(param(request, 'plugin'), readBody(request.body, configBody))),
    },
  },
];
