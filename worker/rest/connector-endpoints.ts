import type { HerderPort, InitialState } from '../herder/herder-port.ts';
import { RestError } from '../herder/rest-error.ts';
import {
  connectorPath,
  emptyAnswer,
  jsonAnswer,
  param,
  type Endpoint,
  type RestAnswer,
  type RestRequest,
} from './endpoint.ts';
import { BodyError, configBody, createBody, readBody } from './request-body.ts';

type Config = Readonly<Record<string, string | null>>;

/** The configuration with its name in it. RestError 400 when it holds another one. */
function named(config: Config, name: string): Config {
  const inside = config['name'];
  if (inside === undefined || inside === null) return { ...config, name };
  if (inside !== name)
    throw new RestError(
      400,
      `Connector name configuration (${inside}) doesn't match connector name in the URL (${name})`,
    );
  return config;
}

function initialState(text: string | null | undefined): InitialState | undefined {
  if (text === null || text === undefined) return undefined;
  const states: readonly InitialState[] = ['RUNNING', 'PAUSED', 'STOPPED'];
  const found = states.find((state) => state === text.toUpperCase());
  if (found === undefined) throw new BodyError(`initial_state must be one of ${states.join(', ')}, and is "${text}"`);
  return found;
}

/** What `expand` asks for, or undefined for an answer of its own when there is nothing to show (404). */
function found<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RestError && error.status === 404) return undefined;
    throw error;
  }
}

function list(herder: HerderPort, request: RestRequest): RestAnswer {
  const names = herder.connectors();
  if (!request.query.has('expand')) return jsonAnswer(names);
  const expand = request.query.getAll('expand');
  const answer = new Map<string, { status?: unknown; info?: unknown }>();
  for (const name of names) {
    const entry: { status?: unknown; info?: unknown } = {};
    if (expand.includes('status')) entry.status = found(() => herder.connectorStatus(name));
    if (expand.includes('info')) entry.info = found(() => herder.connectorInfo(name));
    // A connector without the wanted expansion is left out, as Connect does (there is no status yet, or it is just gone).
    if (Object.values(entry).every((part) => part !== undefined)) answer.set(name, entry);
  }
  return jsonAnswer(Object.fromEntries(answer));
}

async function create(herder: HerderPort, request: RestRequest): Promise<RestAnswer> {
  const body = readBody(request.body, createBody);
  const name = (body.name ?? '').trim();
  const info = await herder.createConnector(
    name,
    named(body.config, name),
    initialState(body.initial_state),
    request.origin,
  );
  return { ...jsonAnswer(info, 201), location: connectorPath(info.name) };
}

async function putConfig(herder: HerderPort, request: RestRequest): Promise<RestAnswer> {
  const name = param(request, 'connector');
  const config = named(readBody(request.body, configBody), name);
  const { created, info } = await herder.putConnectorConfig(name, config, request.origin);
  return created ? { ...jsonAnswer(info, 201), location: connectorPath(name) } : jsonAnswer(info);
}

async function patchConfig(herder: HerderPort, request: RestRequest): Promise<RestAnswer> {
  const name = param(request, 'connector');
  const patch = readBody(request.body, configBody);
  // A null takes the name away, which the check of the result refuses.
  if (typeof patch['name'] === 'string') named(patch, name);
  return jsonAnswer(await herder.patchConnectorConfig(name, patch, request.origin));
}

function isTrue(request: RestRequest, flag: string): boolean {
  return request.query.get(flag)?.toLowerCase() === 'true';
}

async function restart(herder: HerderPort, request: RestRequest): Promise<RestAnswer> {
  const name = param(request, 'connector');
  const flags = { includeTasks: isTrue(request, 'includeTasks'), onlyFailed: isTrue(request, 'onlyFailed') };
  if (flags.includeTasks || flags.onlyFailed)
    return jsonAnswer(await herder.restartConnectorAndTasks(name, flags), 202);
  await herder.restartConnector(name);
  return emptyAnswer(204);
}

/** Connectors: what there is, how it is configured, and its state. */
export const connectorEndpoints: readonly Endpoint[] = [
  { path: '/connectors', methods: { GET: list, POST: create } },
  {
    path: '/connectors/:connector',
    methods: {
      GET: (herder, request) => jsonAnswer(herder.connectorInfo(param(request, 'connector'))),
      DELETE: async (herder, request) => {
        await herder.deleteConnector(param(request, 'connector'), request.origin);
        return emptyAnswer(204);
      },
    },
  },
  {
    path: '/connectors/:connector/config',
    methods: {
      GET: (herder, request) => jsonAnswer(herder.connectorInfo(param(request, 'connector')).config),
      PUT: putConfig,
      PATCH: patchConfig,
    },
  },
  {
    path: '/connectors/:connector/status',
    methods: { GET: (herder, request) => jsonAnswer(herder.connectorStatus(param(request, 'connector'))) },
  },
  {
    path: '/connectors/:connector/pause',
    methods: {
      PUT: async (herder, request) => {
        await herder.pause(param(request, 'connector'));
        return emptyAnswer(202);
      },
    },
  },
  {
    path: '/connectors/:connector/resume',
    methods: {
      PUT: async (herder, request) => {
        await herder.resume(param(request, 'connector'));
        return emptyAnswer(202);
      },
    },
  },
  {
    path: '/connectors/:connector/stop',
    methods: {
      PUT: async (herder, request) => {
        await herder.stop(param(request, 'connector'));
        return emptyAnswer(204);
      },
    },
  },
  { path: '/connectors/:connector/restart', methods: { POST: restart } },
];
