import type { Listener } from './listener.ts';

/** How the other workers and the clients name this worker. */
export interface AdvertisedAddress {
  /** `host:port` without scheme, as `worker_id` of statuses. */
  readonly workerId: string;
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
}

export interface AdvertisedInput {
  readonly listener: Listener;
  /** `rest.advertised.host.name` */
  readonly hostName: string | null;
  /** `rest.advertised.port` */
  readonly port: number | null;
  /** Name of this machine, for a listener on all interfaces. */
  readonly machineName: string;
}

const anyAddress = new Set(['', '0.0.0.0', '::']);

/** The advertised address of a worker, from its settings. An IPv6 address gets its brackets. */
export function advertisedAddress({ listener, hostName, port, machineName }: AdvertisedInput): AdvertisedAddress {
  const host = hostName ?? (anyAddress.has(listener.host) ? machineName : listener.host);
  const bare = host.replace(/^\[|\]$/g, '');
  const workerId = `${bare.includes(':') ? `[${bare}]` : bare}:${port ?? listener.port}`;
  return { workerId, url: `http://${workerId}` };
}
