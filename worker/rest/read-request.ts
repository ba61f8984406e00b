import type { Request } from 'express';
import { RestError } from '../herder/rest-error.ts';
import type { RestRequest } from './endpoint.ts';
import { originOf } from './request-origin.ts';

/**
 * RestError 415 for a body that does not call itself JSON: a page in a browser can send any other kind here, or one without a
 * type, without asking first. 406 for a client that does not take JSON.
 */
export function checkMediaTypes(request: Request): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? '0') > 0;
  if (hasBody && request.is('application/json') === false) throw new RestError(415, 'HTTP 415 Unsupported Media Type');
  if (request.accepts('application/json') === false) throw new RestError(406, 'HTTP 406 Not Acceptable');
}

/** The body as it came. */
export function bodyBytes(request: Request): Buffer {
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** The body as text; strictly UTF-8, as JSON must be between systems (RFC 8259, 8.1). */
function bodyText(request: Request): string | undefined {
  const body = bodyBytes(request);
  if (body.length === 0) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new RestError(400, 'The request body is not UTF-8', { cause: error });
  }
}

/** A request as endpoints see it. RestError 400 for a body that is not UTF-8. */
export function readRequest(request: Request): RestRequest {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.params)) if (typeof value === 'string') params[name] = value;
  const start = request.originalUrl.indexOf('?');
  const query = new URLSearchParams(start < 0 ? '' : request.originalUrl.slice(start + 1));
  return {
    params,
    query,
    origin: originOf(request, query.has('forward')),
    body: bodyText(request),
    authorization: request.headers.authorization,
  };
}
