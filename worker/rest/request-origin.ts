import type { IncomingMessage } from 'node:http';
import type { ChangeOrigin } from '../../config-topics/records/revision-record.ts';

/** Header by which a worker that passes a request on names the client that it came from. */
export const clientHeader = 'X-Millrace-Client';

const maxText = 200;

/** The user name of basic authentication (RFC 7617), never the password. */
function userOf(authorization: string | undefined): string | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [user = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 1);
  return user === '' ? undefined : user.slice(0, maxText);
}

/** Where a request comes from. The client of a request that was passed on is what the worker before says: a note, not a proof. */
export function originOf(request: IncomingMessage, passedOn: boolean): ChangeOrigin {
  const { headers, socket } = request;
  const peer = socket.remoteAddress;
  const named = headers[clientHeader.toLowerCase()];
  const client = passedOn && typeof named === 'string' ? named.slice(0, maxText) : undefined;
  const user = userOf(headers.authorization);
  return {
    ...(client === undefined ? (peer === undefined ? {} : { address: peer }) : { address: client }),
    ...(client === undefined || peer === undefined ? {} : { via: peer }),
    ...(user === undefined ? {} : { user }),
  };
}
