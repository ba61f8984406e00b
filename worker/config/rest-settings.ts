import { between, choice, integer, list, text } from '../../settings/kinds.ts';
import { listenerProblem } from './listener.ts';

const group = 'REST';

/** Where a worker listens and how others reach it. */
export const restSettings = {
  listeners: list('listeners', {
    default: 'http://:8083',
    group,
    importance: 'LOW',
    documentation:
      'Addresses that the REST API listens on, `http://host:port` separated by commas; no host: all interfaces; port 0: a free one. https is not part of this version and is refused: put a proxy that ends TLS in front.',
    check: (listeners) => {
      if (listeners.length === 0) return 'must name at least one listener';
      return listeners.map(listenerProblem).find((problem) => problem !== undefined);
    },
  }),
  restAdvertisedHostName: text('rest.advertised.host.name', {
    optional: true,
    group,
    importance: 'LOW',
    documentation:
      "Host name under which the other workers reach this one's REST API. Unset: the host of the listener, else the name of the machine.",
  }),
  restAdvertisedPort: integer('rest.advertised.port', 'INT', {
    optional: true,
    group,
    importance: 'LOW',
    check: between(1, 65535),
    documentation: "Port under which the other workers reach this one's REST API. Unset: the port of the listener.",
  }),
  restAdvertisedListener: choice('rest.advertised.listener', ['http'], {
    default: 'http',
    group,
    importance: 'LOW',
    documentation: 'Scheme under which the other workers reach this one. Only http in this version.',
  }),
};
