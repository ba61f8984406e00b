import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SessionKey } from '../../config-topics/records/session-key-record.ts';
import { hmacAlgorithms, isHmacAlgorithm, type HmacAlgorithm } from '../config/session-settings.ts';
import { RestError } from '../herder/rest-error.ts';

/** Headers of a signed request, in the letters that node:http gives (KIP-507). */
export const signatureHeader = 'x-connect-authorization';
export const algorithmHeader = 'x-connect-request-signature-algorithm';

const noKeyYet =
  'This worker is still starting up and has not been able to read a session key from the config topic yet';

/** What came with a request between workers. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The exact bytes of the body; empty without one. */
  readonly body: Uint8Array;
}

/** How workers sign and check requests that only workers may send, and the key that they share. */
export interface SigningRules {
  /** The newest one of the config topic; undefined when none was read. */
  readonly key: () => SessionKey | undefined;
  readonly algorithm: HmacAlgorithm;
  /** Algorithms that are accepted. */
  readonly accepted: readonly string[];
}

function hmac(algorithm: HmacAlgorithm, key: Buffer, body: Uint8Array): Buffer {
  return createHmac(hmacAlgorithms[algorithm].digest, key).update(body).digest();
}

/** The headers that sign a body. RestError 503 when there is no key to do it with yet. */
export function signatureHeaders({ key, algorithm }: SigningRules, body: string): Record<string, string> {
  const current = key();
  if (current === undefined) throw new RestError(503, noKeyYet);
  return {
    'X-Connect-Authorization': hmac(algorithm, current.key, Buffer.from(body)).toString('base64'),
    'X-Connect-Request-Signature-Algorithm': algorithm,
  };
}

function headerText({ headers }: SignedRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Checks a request before anything else is done for it. RestError 400, 403 or 503 with Connect's texts. */
export function requireSignature({ key, accepted }: SigningRules, request: SignedRequest): void {
  const signature = headerText(request, signatureHeader);
  const algorithm = headerText(request, algorithmHeader);
  if (signature === undefined || algorithm === undefined)
    throw new RestError(400, 'Internal request missing required signature');
  if (!accepted.includes(algorithm) || !isHmacAlgorithm(algorithm))
    throw new RestError(
      400,
      `This worker does not support the '${algorithm}' key signing algorithm used by other workers. ` +
        `This worker is currently configured to use: [${accepted.join(', ')}]. ` +
        "Check that all workers' configuration files permit the same set of signature algorithms, and correct any misconfigured worker and restart it.",
    );
  const current = key();
  if (current === undefined) throw new RestError(503, noKeyYet);
  const expected = hmac(algorithm, current.key, request.body);
  const given = Buffer.from(signature, 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new RestError(403, 'Internal request contained invalid signature.');
}
