/** A connection could not be set up for a reason that may pass. Says where, and what usually is behind it. */
export class BrokerSetupError extends Error {
  override readonly name = 'BrokerSetupError';

  constructor({ host, port }: { readonly host: string; readonly port: number }, cause: unknown) {
    super(`${host}:${port}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  const innermost = innermostOf(cause);
  if (!(innermost instanceof Error)) return String(innermost);
  if (innermost.name === 'TimeoutError') return 'no answer while the connection was set up';
  // What a listener does that expects something else than this client begins with, or a certificate that did not come.
  if (/Connection closed|before secure TLS connection/.test(innermost.message))
    return `the connection was closed while it was set up (${innermost.message}); does security.protocol fit this listener, and does it want a client certificate?`;
  return innermost.message;
}

function innermostOf(error: unknown): unknown {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  return innermost;
}
