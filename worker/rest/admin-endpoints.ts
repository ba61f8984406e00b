import { z } from 'zod';
import type { TaskLog } from '../../connectors/source-connector.ts';
import type { HerderPort } from '../herder/herder-port.ts';
import { RestError } from '../herder/rest-error.ts';
import { parseLogLevel, type LoggerState, type LogLevelName, type LogLevels } from '../log-levels.ts';
import { emptyAnswer, jsonAnswer, param, type Method, type RestAnswer, type RestRequest } from './endpoint.ts';
import { readBody } from './request-body.ts';

/** What the admin endpoints work on; they answer before the worker has started, too. */
export interface AdminContext {
  readonly levels: LogLevels;
  readonly log: TaskLog;
  /** Resolves once the worker has started. */
  readonly herder: () => Promise<HerderPort>;
}

type AdminHandler = (context: AdminContext, request: RestRequest) => RestAnswer | Promise<RestAnswer>;

export interface AdminEndpoint {
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, AdminHandler>>>;
}

const levelBody = z.record(z.string(), z.string().nullable());

function shown({ level, lastModified }: LoggerState) {
  return { level, last_modified: lastModified };
}

function levelOf(request: RestRequest): LogLevelName {
  const text = readBody(request.body, levelBody)['level'];
  if (text === undefined || text === null)
    throw new RestError(400, "Desired 'level' parameter was not specified in request.");
  const level = parseLogLevel(text);
  if (level === undefined) throw new RestError(404, `invalid log level '${text}'.`);
  return level;
}

async function setLevel(context: AdminContext, request: RestRequest): Promise<RestAnswer> {
  const { levels, log, herder } = context;
  const namespace = param(request, 'logger');
  const level = levelOf(request);
  const scope = request.query.get('scope') ?? 'worker';
  if (scope.toLowerCase() === 'cluster') {
    await (await herder()).setClusterLogLevel(namespace, level);
    return emptyAnswer(204);
  }
  if (scope.toLowerCase() !== 'worker') log.warn({ scope }, 'unknown scope for a log level; taken as worker');
  const changed = levels.set(namespace, level, Date.now());
  log.info({ namespace, level, changed: changed.length }, 'log level set for this worker');
  return jsonAnswer(changed);
}

/** The levels of the loggers of this worker, or of all workers (KIP-495, KIP-976), as in Connect 4.x. */
export const adminEndpoints: readonly AdminEndpoint[] = [
  {
    path: '/admin/loggers',
    methods: {
      GET: ({ levels }) =>
        jsonAnswer(Object.fromEntries(levels.all().map(([logger, state]) => [logger, shown(state)]))),
    },
  },
  {
    path: '/admin/loggers/:logger',
    methods: {
      GET: ({ levels }, request) => {
        const logger = param(request, 'logger');
        const state = levels.get(logger);
        if (state === undefined) throw new RestError(404, `Logger ${logger} not found.`);
        return jsonAnswer(shown(state));
      },
      PUT: setLevel,
    },
  },
];
