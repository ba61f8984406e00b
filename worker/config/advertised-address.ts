import type { Listener, Scheme } from './listener.ts';

/** How the other workers and the clients name this worker. */
export interface AdvertisedAddress {
  /** `host:port` without scheme, as `worker_id` of statuses. */
  readonly workerId: string;
  /** `http://host:port` or `https://host:port`, without a slash at the end. */
  readonly url: string;
}

export interface AdvertisedInput {
  readonly listeners: readonly Listener[];
  /** `rest.advertised.listener` */
  readonly scheme: Scheme | null;
  /** `rest.advertised.host.name` */
  readonly hostName: string | null;
  /** `rest.advertised.port` */
  readonly port: number | null;
  /** Name of this machine, for a listener on all interfaces. */
  readonly machineName: string;
}

const anyAddress = new Set(['', '0.0.0.0', '::']);

/** The scheme under which others reach this worker: the one asked for, else http when there is such a listener, else https. */
export function advertisedScheme(listeners: readonly Listener[], scheme: Scheme | null): Scheme {
  return scheme ?? (listeners.some((listener) => listener.scheme === 'http') ? 'http' : 'https');
}

/**
 * The advertised address of a worker, from its settings: the first listener of the advertised scheme, unless host and port
 * are given. Without such a listener (a proxy serves that scheme) the port must be. An IPv6 address gets its brackets.
 */
export function advertisedAddress(input: AdvertisedInput): AdvertisedAddress {
  const scheme = advertisedScheme(input.listeners, input.scheme);
  const listener = input.listeners.find((candidate) => candidate.scheme === scheme);
  const listening = listener?.host ?? '';
  const host = input.hostName ?? (anyAddress.has(listening) ? input.machineName : listening);
  const bare = host.replace(/^\[|\]$/g, '');
  const port = input.port ?? listener?.port;
  if (port === undefined) throw new TypeError('a checked configuration advertises a port');
  const workerId = `${bare.includes(':') ? `[${bare}]` : bare}:${port}`;
  return { workerId, url: `${scheme}://${workerId}` };
}
