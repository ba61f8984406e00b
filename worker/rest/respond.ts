import type { Request, Response } from 'express';
import { jsonAnswer, type RestAnswer } from './endpoint.ts';

/** Writes an answer; `Location` gets the scheme and host that the client used. */
export function sendAnswer(request: Request, response: Response, { status, json, location }: RestAnswer): void {
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

/** Writes Connect's error body. */
export function sendError(request: Request, response: Response, status: number, message: string): void {
  sendAnswer(request, response, jsonAnswer({ error_code: status, message }, status));
}
