import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { z } from 'zod';
import type { ChangeOrigin } from '../../config-topics/records/revision-record.ts';
import type { RestTls } from '../config/rest-tls.ts';
import { RestError } from '../herder/rest-error.ts';
import type { Method, RestAnswer } from './endpoint.ts';
import { clientHeader } from './request-origin.ts';

/** A request as it goes on to the worker that can do it. */
export interface Forwarded {
  /** Advertised URL of that worker; undefined when no leader is known. */
  readonly target: string | undefined;
  readonly method: Method;
  /** The route, e.g. `/connectors/:connector/restart`. */
  readonly path: string;
  /** Decoded values of the route's parameters. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: string | undefined;
  readonly authorization: string | undefined;
  /** Where the request came from. */
  readonly origin?: ChangeOrigin | undefined;
  /** Headers of its own, e.g. the signature of a request between workers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Key and trust store for a worker that is reached by https. */
  readonly tls: RestTls;
  readonly signal: AbortSignal;
}

/** Query parameters that matter to the worker that executes a request. */
const repeatedFlags = ['includeTasks', 'onlyFailed'];
/** Most that another worker may answer; the largest real answers are connector and task configurations. */
const maxAnswerBytes = 16 * 1024 * 1024;
const errorBody = z.object({ error_code: z.number(), message: z.string().nullable() });

/**
 * `forward=true` for the first hop, `forward=false` for the second: follower, leader, owner is the longest chain. A request
 * that came with `false` goes no further.
 */
export function nextHop(query: URLSearchParams): 'true' | 'false' | undefined {
  const hop = query.get('forward');
  if (hop === null) return 'true';
  return hop.toLowerCase() === 'true' ? 'false' : undefined;
}

/** Path and query of the forwarded request; names are encoded again, a slash in them included. */
export function forwardedPath(
  { path, params, query }: Pick<Forwarded, 'path' | 'params' | 'query'>,
  hop: string,
): string {
  const encoded = path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const flags = new URLSearchParams();
  for (const flag of repeatedFlags) {
    const value = query.get(flag);
    if (value !== null) flags.set(flag, value);
  }
  flags.set('forward', hop);
  return `${encoded}?${flags.toString()}`;
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error(`the answer is larger than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * One exchange, on a connection of its own: a pooled one may be closing just then, and a write must not be sent twice.
 * node:http rather than fetch, since URL parsing would fold the path of a connector named `..`.
 */
async function exchange(forwarded: Forwarded, target: string, hop: string) {
  const { protocol, hostname, port } = new URL(target);
  const headers: Record<string, string> = {
    'User-Agent': 'kafka-connect',
    Accept: 'application/json',
    ...forwarded.headers,
  };
  if (forwarded.authorization !== undefined) headers['Authorization'] = forwarded.authorization;
  if (forwarded.origin?.address !== undefined) headers[clientHeader] = forwarded.origin.address;
  if (forwarded.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    headers['Content-Length'] = String(Buffer.byteLength(forwarded.body));
  }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? undefined : Number(port),
      method: forwarded.method,
      path: forwardedPath(forwarded, hop),
      headers,
      agent: false,
      signal: forwarded.signal,
    } as const;
    const outgoing =
      protocol === 'https:'
        ? httpsRequest({ ...options, ...forwarded.tls.client() }, resolve)
        : httpRequest(options, resolve);
    outgoing.on('error', reject);
    outgoing.end(forwarded.body);
  });
  return { status: response.statusCode ?? 0, location: response.headers.location, text: await readAll(response) };
}

function ioError(reason: string, cause?: unknown): RestError {
  return new RestError(500, `IO Error trying to forward REST request: ${reason}`, { cause });
}

function parsedError(text: string) {
  try {
    return errorBody.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON, so not an answer of a worker's own code
  }
}

/** Only the path of a `Location` counts: scheme and host are those that the client used. */
function pathOf(location: string): string {
  return location.replace(/^[a-z]+:\/\/[^/]*/i, '');
}

/** Has another worker do it and gives its answer. RestError with that worker's status and text, or Connect's own for what went wrong on the way. */
export async function forward(forwarded: Forwarded): Promise<RestAnswer> {
  const hop = nextHop(forwarded.query);
  if (hop === undefined)
    throw new RestError(409, 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)');
  if (forwarded.target === undefined)
    throw new RestError(
      409,
      'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
    );
  let answer: Awaited<ReturnType<typeof exchange>>;
  try {
    answer = await exchange(forwarded, forwarded.target, hop);
  } catch (error) {
    throw ioError(error instanceof Error ? error.message : String(error), error);
  }
  const { status, text, location } = answer;
  if (status >= 400) {
    const refusal = parsedError(text);
    if (refusal === undefined) throw ioError(`${forwarded.target} answered ${status} without Connect's error body`);
    throw new RestError(status, refusal.message ?? '');
  }
  if (status < 200 || status >= 300)
    throw new RestError(500, `Unexpected status code when handling forwarded request: ${status}`);
  return {
    status,
    ...(text === '' ? {} : { json: text }),
    ...(location === undefined ? {} : { location: pathOf(location) }),
  };
}
