import { RestError } from '../herder/rest-error.ts';
import { param, type RestRequest } from './endpoint.ts';

/** The number of a task in the path; anything else is not a path of this API. */
export function taskNumber(request: RestRequest): number {
  const text = param(request, 'task');
  if (!/^-?\d{1,9}$/.test(text)) throw new RestError(404, 'HTTP 404 Not Found');
  return Number(text);
}
