import type { ChangeOrigin } from '../../config-topics/records/revision-record.ts';
import type { HerderPort } from '../herder/herder-port.ts';

/** A request as an endpoint sees it: path parameters decoded once, the body as text that is not parsed yet. */
export interface RestRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Undefined: no body or an empty one. */
  readonly body: string | undefined;
  /** The header of that name, for questions to other workers on behalf of the client. */
  readonly authorization: string | undefined;
  /** Where it comes from; for the revisions of configurations. */
  readonly origin?: ChangeOrigin;
}

/** A successful answer. */
export interface RestAnswer {
  readonly status: number;
  /** JSON text; undefined: no body. */
  readonly json?: string;
  /** Path for the header `Location`, e.g. `/connectors/my%2Fconn`; scheme and host are those of the client's request. */
  readonly location?: string;
}

/** Throws RestError for a refusal, NotLeader when another worker has to do it (the request is then forwarded). */
export type Handler = (herder: HerderPort, request: RestRequest) => RestAnswer | Promise<RestAnswer>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One path of the API with everything that can be done there. */
export interface Endpoint {
  /** e.g. `/connectors/:connector/tasks/:task/restart` */
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
  /** Those that only workers may use: their requests are signed, and the signature is checked before anything else. */
  readonly signed?: readonly Method[];
}

/** A value without 64-bit integers as an answer. */
export function jsonAnswer(value: unknown, status = 200): RestAnswer {
  return { status, json: JSON.stringify(value) };
}

/** An answer without a body. */
export function emptyAnswer(status: 202 | 204): RestAnswer {
  return { status };
}

/** A path parameter; the router sets every one that the endpoint's path names. */
export function param(request: RestRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new TypeError(`the path has no parameter ${name}`);
  return value;
}

/** Path of a connector with its name encoded, a slash in it included. */
export function connectorPath(name: string): string {
  return `/connectors/${encodeURIComponent(name)}`;
}
