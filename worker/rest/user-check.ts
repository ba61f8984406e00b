import type { RequestHandler } from 'express';
import type { RestUsers } from '../config/rest-users.ts';

/** What workers ask of each other carries a signature instead of a user, as in Connect. */
const signed: readonly (readonly [method: string, path: RegExp])[] = [
  ['POST', /^\/connectors\/[^/]+\/tasks\/?$/],
  ['PUT', /^\/connectors\/[^/]+\/fence\/?$/],
];

/** Refuses whoever is not a user: in plain text and without asking for a password, as Connect's extension does. */
export function userCheck(users: RestUsers): RequestHandler {
  return (request, response, next) => {
    const free = signed.some(([method, path]) => request.method === method && path.test(request.path));
    if (free || users.allows(request.headers.authorization)) {
      next();
      return;
    }
    response.status(401);
    response.setHeader('Content-Type', 'text/plain');
    response.end('User cannot access the resource.');
  };
}
