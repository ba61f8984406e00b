import express, { raw, type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { NotLeader, RestError } from '../herder/rest-error.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import { productVersion, restApiVersion } from '../version.ts';
import { connectorEndpoints } from './connector-endpoints.ts';
import { timedOut, within } from './deadline.ts';
import { jsonAnswer, type Endpoint, type Handler, type Method, type RestAnswer, type RestRequest } from './endpoint.ts';
import { errorAnswer } from './error-answer.ts';
import { forward } from './forwarding.ts';
import { healthEndpoints } from './health-endpoints.ts';
import { healthAnswer } from './health.ts';
import { stageSentence, type HerderAccess } from './herder-access.ts';
import { addMetrics } from './metrics-route.ts';
import { offsetEndpoints } from './offset-endpoints.ts';
import { pluginEndpoints } from './plugin-endpoints.ts';
import { originOf } from './request-origin.ts';
import { revisionEndpoints } from './revision-endpoints.ts';
import { taskEndpoints } from './task-endpoints.ts';
import { topicEndpoints } from './topic-endpoints.ts';

export interface RestAppOptions {
  readonly access: HerderAccess;
  readonly log: TaskLog;
  /** Served at `GET /metrics`. */
  readonly metrics?: WorkerMetrics;
  /** Takes the values of configuration providers out of an error's text. */
  readonly redact?: (text: string) => string;
  /** Longest wait of one hop; Connect's 90 s unless given (tests). */
  readonly requestTimeoutMs?: number;
  /** Longest wait of `GET /health`; Connect's 10 s unless given (tests). */
  readonly healthTimeoutMs?: number;
}

/** Twice what a broker takes as one record of the config topic (message.max.bytes is 1 MiB unless changed). */
const maxBodyBytes = 2 * 1024 * 1024;

const rootEndpoint: Endpoint = {
  path: '/',
  methods: {
    GET: (herder) =>
      jsonAnswer({
        version: restApiVersion,
        commit: `millrace-${productVersion}`,
        kafka_cluster_id: herder.kafkaClusterId,
      }),
  },
};
const healthPath = '/health';
const endpoints: readonly Endpoint[] = [
  rootEndpoint,
  ...connectorEndpoints,
  ...taskEndpoints,
  ...offsetEndpoints,
  ...topicEndpoints,
  ...pluginEndpoints,
  ...healthEndpoints,
  ...revisionEndpoints,
];

function sendAnswer(request: Request, response: Response, { status, json, location }: RestAnswer): void {
  const { host } = request.headers;
  response.status(status);
  if (location !== undefined)
    response.setHeader('Location', host === undefined ? location : `${request.protocol}://${host}${location}`);
  if (json === undefined) {
    response.end();
    return;
  }
  // Set by hand: express would add a charset that Connect does not send.
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(json));
  response.end(json);
}

function sendError(request: Request, response: Response, status: number, message: string): void {
  sendAnswer(request, response, jsonAnswer({ error_code: status, message }, status));
}

/**
 * RestError 415 for a body that does not call itself JSON: a page in a browser can send any other kind here, or one without a
 * type, without asking first. 406 for a client that does not take JSON.
 */
function checkMediaTypes(request: Request): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? '0') > 0;
  if (hasBody && request.is('application/json') === false) throw new RestError(415, 'HTTP 415 Unsupported Media Type');
  if (request.accepts('application/json') === false) throw new RestError(406, 'HTTP 406 Not Acceptable');
}

/** The body as text; strictly UTF-8, as JSON must be between systems (RFC 8259, 8.1). */
function bodyText(body: unknown): string | undefined {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new RestError(400, 'The request body is not UTF-8', { cause: error });
  }
}

function requestOf(request: Request): RestRequest {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.params)) if (typeof value === 'string') params[name] = value;
  const start = request.originalUrl.indexOf('?');
  const query = new URLSearchParams(start < 0 ? '' : request.originalUrl.slice(start + 1));
  return {
    params,
    query,
    origin: originOf(request, query.has('forward')),
    body: bodyText(request.body),
    authorization: request.headers.authorization,
  };
}

/** Runs a handler here, or has the right worker do it. */
async function answerOf(
  { access }: RestAppOptions,
  call: { path: string; method: Method; handler: Handler; request: Request; signal: AbortSignal },
): Promise<RestAnswer> {
  const herder = access.current ?? (await access.ready());
  const request = requestOf(call.request);
  try {
    return await call.handler(herder, request);
  } catch (error) {
    if (!(error instanceof NotLeader)) throw error;
    const { path, method, signal } = call;
    return forward({ ...request, path, method, target: error.target, signal });
  }
}

function route(options: RestAppOptions, path: string, method: Method, handler: Handler) {
  return async (request: Request, response: Response): Promise<void> => {
    checkMediaTypes(request);
    const timeoutMs = options.requestTimeoutMs ?? 90_000;
    const signal = AbortSignal.timeout(timeoutMs + 1000);
    const answer = await within(answerOf(options, { path, method, handler, request, signal }), timeoutMs);
    if (answer === timedOut)
      throw new RestError(500, `Request timed out. ${stageSentence(options.access.stage())}`.trim());
    sendAnswer(request, response, answer);
  };
}

/** Says what a path can do: OPTIONS, and 405 for the rest. */
function otherMethods(methods: readonly Method[]) {
  const allowed = [...(methods.includes('GET') ? ['HEAD'] : []), ...methods, 'OPTIONS'].join(',');
  return (request: Request, response: Response): void => {
    response.setHeader('Allow', allowed);
    if (request.method !== 'OPTIONS') {
      sendError(request, response, 405, 'HTTP 405 Method Not Allowed');
      return;
    }
    response.setHeader('Content-Type', 'text/plain');
    response.end(allowed.replaceAll(',', ', '));
  };
}

function register(app: Express, options: RestAppOptions, { path, methods }: Endpoint): void {
  const entry = app.route(path);
  const { GET, POST, PUT, PATCH, DELETE } = methods;
  // express answers HEAD with what is registered for GET.
  if (GET !== undefined) entry.get(route(options, path, 'GET', GET));
  if (POST !== undefined) entry.post(route(options, path, 'POST', POST));
  if (PUT !== undefined) entry.put(route(options, path, 'PUT', PUT));
  if (PATCH !== undefined) entry.patch(route(options, path, 'PATCH', PATCH));
  if (DELETE !== undefined) entry.delete(route(options, path, 'DELETE', DELETE));
  const named: Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  entry.all(otherMethods(named.filter((method) => methods[method] !== undefined)));
}

function logCalls(log: TaskLog) {
  return (request: Request, response: Response, next: () => void): void => {
    const started = performance.now();
    response.on('finish', () => {
      const ms = Math.round(performance.now() - started);
      // Without the query: nothing in it is ours to keep.
      const path = request.originalUrl.split('?', 1)[0];
      const fields = { method: request.method, path, status: response.statusCode, ms };
      if (request.method === 'GET' || request.method === 'HEAD') log.debug(fields, 'rest request');
      else log.info(fields, 'rest request');
    });
    next();
  };
}

/** The REST API as an express application. Answers, codes and texts are Connect's (docs/rest.md names the differences). */
export function restApp(options: RestAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', false);
  app.use(logCalls(options.log));
  if (options.metrics !== undefined) addMetrics(app, options.metrics);
  app.use(raw({ type: () => true, limit: maxBodyBytes }));
  const health = app.route(healthPath);
  health.get(async (request, response) => {
    checkMediaTypes(request);
    sendAnswer(request, response, await healthAnswer(options.access, options.healthTimeoutMs ?? 10_000));
  });
  health.all(otherMethods(['GET']));
  for (const endpoint of endpoints) register(app, options, endpoint);
  app.use((request: Request, response: Response) => sendError(request, response, 404, 'HTTP 404 Not Found'));
  const onError: ErrorRequestHandler = (error: unknown, request: Request, response: Response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, message, unexpected } = errorAnswer(error);
    if (unexpected)
      options.log.error({ method: request.method, path: request.path, err: error }, 'rest request failed');
    sendError(request, response, status, options.redact?.(message) ?? message);
  };
  app.use(onError);
  return app;
}
