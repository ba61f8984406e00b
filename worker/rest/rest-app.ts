import express, { raw, type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { headerText, type ResponseHeader } from '../config/response-headers.ts';
import type { RestTls } from '../config/rest-tls.ts';
import type { RestUsers } from '../config/rest-users.ts';
import { NotLeader, RestError } from '../herder/rest-error.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import type { LogLevels } from '../log-levels.ts';
import { productVersion, restApiVersion } from '../version.ts';
import { adminEndpoints } from './admin-endpoints.ts';
import { connectorEndpoints } from './connector-endpoints.ts';
import { crossOrigin, type CrossOriginRules } from './cross-origin.ts';
import { timedOut, within } from './deadline.ts';
import { jsonAnswer, type Endpoint, type Handler, type Method, type RestAnswer } from './endpoint.ts';
import { errorAnswer } from './error-answer.ts';
import { forward } from './forwarding.ts';
import { healthEndpoints } from './health-endpoints.ts';
import { healthAnswer } from './health.ts';
import { stageSentence, type HerderAccess } from './herder-access.ts';
import { addMetrics } from './metrics-route.ts';
import { offsetEndpoints } from './offset-endpoints.ts';
import { pluginEndpoints } from './plugin-endpoints.ts';
import { revisionEndpoints } from './revision-endpoints.ts';
import { bodyBytes, checkMediaTypes, readRequest } from './read-request.ts';
import { BodyError } from './request-body.ts';
import { requireSignature, signatureHeaders, type SigningRules } from './request-signature.ts';
import { sendAnswer, sendError } from './respond.ts';
import { signalEndpoints } from './signal-endpoints.ts';
import { slotEndpoints } from './slot-endpoints.ts';
import { taskEndpoints } from './task-endpoints.ts';
import { topicEndpoints } from './topic-endpoints.ts';
import { userCheck } from './user-check.ts';

export interface RestAppOptions {
  readonly access: HerderAccess;
  readonly log: TaskLog;
  /** Served at `GET /metrics`. */
  readonly metrics?: WorkerMetrics;
  /** Takes the values of configuration providers out of an error's text. */
  readonly redact?: (text: string) => string;
  readonly levels: LogLevels;
  /** The key comes with the herder. */
  readonly signing: Omit<SigningRules, 'key'>;
  /** For calls of other workers by https. */
  readonly tls: RestTls;
  /** Undefined: everybody. */
  readonly users?: RestUsers | undefined;
  readonly headers?: readonly ResponseHeader[];
  readonly crossOrigin?: CrossOriginRules;
  /** Status 500 for JSON that cannot be read or does not fit, as in Connect, instead of 400. */
  readonly jsonErrorsAsConnect?: boolean;
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
  ...slotEndpoints,
  ...revisionEndpoints,
  ...signalEndpoints,
];

const allMethods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What answers one method of one path. */
type Runner = (request: Request, signal: AbortSignal) => Promise<RestAnswer>;

/** Runs a handler here, or has the right worker do it. */
function herderRunner(
  options: RestAppOptions,
  call: { path: string; method: Method; handler: Handler; signed: boolean },
): Runner {
  const { access, tls } = options;
  const rules: SigningRules = { ...options.signing, key: () => access.current?.sessionKey() };
  return async (raw, signal) => {
    const { path, method, handler, signed } = call;
    if (signed) requireSignature(rules, { headers: raw.headers, body: bodyBytes(raw) });
    const herder = access.current ?? (await access.ready());
    const request = readRequest(raw);
    try {
      return await handler(herder, request);
    } catch (error) {
      if (!(error instanceof NotLeader)) throw error;
      const headers = signed ? signatureHeaders(rules, request.body ?? '') : undefined;
      return forward({ ...request, path, method, target: error.target, headers, tls, signal });
    }
  };
}

function route(options: RestAppOptions, run: Runner) {
  return async (request: Request, response: Response): Promise<void> => {
    checkMediaTypes(request);
    const timeoutMs = options.requestTimeoutMs ?? 90_000;
    const signal = AbortSignal.timeout(timeoutMs + 1000);
    const answer = await within(run(request, signal), timeoutMs);
    if (answer === timedOut) {
      const stage = stageSentence(options.access.stage());
      throw new RestError(500, stage === '' ? 'Request timed out' : `Request timed out. ${stage}`);
    }
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

function register(app: Express, options: RestAppOptions, path: string, runners: Partial<Record<Method, Runner>>): void {
  const entry = app.route(path);
  const { GET, POST, PUT, PATCH, DELETE } = runners;
  // express answers HEAD with what is registered for GET.
  if (GET !== undefined) entry.get(route(options, GET));
  if (POST !== undefined) entry.post(route(options, POST));
  if (PUT !== undefined) entry.put(route(options, PUT));
  if (PATCH !== undefined) entry.patch(route(options, PATCH));
  if (DELETE !== undefined) entry.delete(route(options, DELETE));
  entry.all(otherMethods(allMethods.filter((method) => runners[method] !== undefined)));
}

function registerEndpoint(app: Express, options: RestAppOptions, { path, methods, signed }: Endpoint): void {
  const runners: Partial<Record<Method, Runner>> = {};
  for (const method of allMethods) {
    const handler = methods[method];
    if (handler === undefined) continue;
    runners[method] = herderRunner(options, { path, method, handler, signed: signed?.includes(method) === true });
  }
  register(app, options, path, runners);
}

function registerAdmin(app: Express, options: RestAppOptions): void {
  const { access, levels, log } = options;
  const context = { levels, log, herder: async () => access.current ?? (await access.ready()) };
  for (const { path, methods } of adminEndpoints) {
    const runners: Partial<Record<Method, Runner>> = {};
    for (const method of allMethods) {
      const handler = methods[method];
      if (handler !== undefined) runners[method] = async (request) => handler(context, readRequest(request));
    }
    register(app, options, path, runners);
  }
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

function ownHeaders(headers: readonly ResponseHeader[]) {
  return (_request: Request, response: Response, next: () => void): void => {
    const now = Date.now();
    for (const header of headers) {
      const text = headerText(header, now);
      if (header.action === 'add') response.appendHeader(header.name, text);
      else response.setHeader(header.name, text);
    }
    next();
  };
}

/** An application with what every request goes through first. */
function baseApp({ log, headers, crossOrigin: rules }: RestAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', false);
  app.use(logCalls(log));
  if (headers !== undefined && headers.length > 0) app.use(ownHeaders(headers));
  const origins = rules === undefined ? undefined : crossOrigin(rules);
  // Before users are asked for: a browser's first question carries none.
  if (origins !== undefined) app.use(origins);
  return app;
}

/** The end of every application: unknown paths, and what failed. */
function answerFailures(app: Express, { log, jsonErrorsAsConnect, redact }: RestAppOptions): void {
  app.use((request: Request, response: Response) => sendError(request, response, 404, 'HTTP 404 Not Found'));
  const onError: ErrorRequestHandler = (error: unknown, request: Request, response: Response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, message, unexpected } = errorAnswer(error);
    if (unexpected) log.error({ method: request.method, path: request.path, err: error }, 'rest request failed');
    const asConnect = jsonErrorsAsConnect === true && error instanceof BodyError;
    sendError(request, response, asConnect ? 500 : status, redact?.(message) ?? message);
  };
  app.use(onError);
}

/**
 * The REST API as an express application, with or without the admin endpoints. Answers, codes and texts are Connect's
 * (docs/rest.md names the differences).
 */
export function restApp(options: RestAppOptions, admin: 'with admin' | 'without admin'): Express {
  const app = baseApp(options);
  if (options.users !== undefined) app.use(userCheck(options.users));
  if (options.metrics !== undefined) addMetrics(app, options.metrics);
  app.use(raw({ type: () => true, limit: maxBodyBytes }));
  const health = app.route(healthPath);
  health.get(async (request, response) => {
    checkMediaTypes(request);
    sendAnswer(request, response, await healthAnswer(options.access, options.healthTimeoutMs ?? 10_000));
  });
  health.all(otherMethods(['GET']));
  for (const endpoint of endpoints) registerEndpoint(app, options, endpoint);
  if (admin === 'with admin') registerAdmin(app, options);
  answerFailures(app, options);
  return app;
}

/** The admin endpoints alone, for listeners of their own; as in Connect no user is asked for there. */
export function adminApp(options: RestAppOptions): Express {
  const app = baseApp(options);
  app.use(raw({ type: () => true, limit: maxBodyBytes }));
  registerAdmin(app, options);
  answerFailures(app, options);
  return app;
}
