import { between, choice, integer, list, text } from '../../settings/kinds.ts';
import { listenerProblem } from './listener.ts';
import { responseHeadersProblem } from './response-headers.ts';

const group = 'REST';

/** The one REST extension that there is, by the name of Connect's class. */
export const basicAuthExtension = 'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension';

function firstProblem(listeners: readonly string[]): string | undefined {
  return listeners.map(listenerProblem).find((problem) => problem !== undefined);
}

/** Where a worker listens, how others reach it, and who may ask what of it. */
export const restSettings = {
  listeners: list('listeners', {
    default: 'http://:8083',
    group,
    importance: 'LOW',
    documentation:
      'Addresses that the REST API listens on, `http://host:port` or `https://host:port` separated by commas; no host: all interfaces; port 0: a free one. https needs a key store, see `ssl.client.auth`.',
    check: (listeners) => (listeners.length === 0 ? 'must name at least one listener' : firstProblem(listeners)),
  }),
  adminListeners: list('admin.listeners', {
    optional: true,
    group,
    importance: 'LOW',
    documentation:
      'Addresses for `/admin/loggers` alone, in the form of `listeners`; the path is then not served there. Empty: nowhere. Unset: on all `listeners`. As in Connect the users of `rest.extension.classes` are not asked for on listeners of its own.',
    check: firstProblem,
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
  restAdvertisedListener: choice('rest.advertised.listener', ['http', 'https'], {
    optional: true,
    group,
    importance: 'LOW',
    documentation:
      'Scheme under which the other workers reach this one. Unset: http when there is such a listener, else https.',
  }),
  sslClientAuth: choice('ssl.client.auth', ['none', 'requested', 'required'], {
    default: 'none',
    group,
    importance: 'LOW',
    documentation:
      'Whether clients of https listeners show a certificate that the trust store signs: required; requested: a client without one is served, one with a bad one is not. Like `ssl.keystore.*`, `ssl.truststore.*`, `ssl.key.password` and `ssl.enabled.protocols` it may be written with the prefix `listeners.https.`; as soon as one key has that prefix, only those with it count for https. Workers call each other with the same key and trust store.',
  }),
  sslEnabledProtocols: list('ssl.enabled.protocols', {
    default: 'TLSv1.2,TLSv1.3',
    group,
    documentation:
      'Versions of TLS on https listeners and between workers: TLSv1.2, TLSv1.3 or both. Connections to brokers take both whatever it says.',
    check: (protocols) =>
      protocols.length > 0 && protocols.every((protocol) => protocol === 'TLSv1.2' || protocol === 'TLSv1.3')
        ? undefined
        : 'must name TLSv1.2, TLSv1.3 or both',
  }),
  accessControlAllowOrigin: text('access.control.allow.origin', {
    default: '',
    group,
    importance: 'LOW',
    documentation:
      'Origins whose pages may call this API from a browser (CORS), separated by commas; `*` stands for any text, e.g. `https://*.example.com`. Empty: none.',
  }),
  accessControlAllowMethods: text('access.control.allow.methods', {
    default: '',
    group,
    importance: 'LOW',
    documentation: 'Methods that such pages may use, separated by commas. Empty: GET, POST and HEAD.',
  }),
  responseHttpHeadersConfig: text('response.http.headers.config', {
    default: '',
    group,
    importance: 'LOW',
    documentation:
      'Headers of every answer: `[action] [name]:[value]` separated by commas; action is set, add, setDate or addDate (the value is a number of milliseconds from now on). Put an entry that holds a comma in double quotes.',
    check: responseHeadersProblem,
  }),
  restExtensionClasses: list('rest.extension.classes', {
    default: '',
    group,
    importance: 'LOW',
    documentation: `\`${basicAuthExtension}\`: every request needs a user and a password (HTTP basic authentication), see \`rest.basic.auth.login.config\`. Other extensions are Java classes, and are refused.`,
    check: (classes) => {
      const other = classes.find((name) => name !== basicAuthExtension);
      if (other === undefined) return undefined;
      return `${other} is a Java class and cannot be loaded; the API would be open where the extension was to guard it. Only ${basicAuthExtension} is known: remove the others and guard the port by a proxy or a network rule`;
    },
  }),
  restBasicAuthLoginConfig: text('rest.basic.auth.login.config', {
    optional: true,
    group,
    importance: 'LOW',
    documentation:
      'JAAS file whose entry `KafkaConnect` names a `PropertyFileLoginModule` with the file of users (`user=password` lines). In Connect that is the option java.security.auth.login.config of the JVM; it is taken from the environment variable KAFKA_OPTS when this setting is not there.',
  }),
  restJsonErrors: choice('rest.json.errors', ['bad-request', 'connect'], {
    default: 'bad-request',
    group,
    importance: 'LOW',
    documentation:
      'Status of a request whose JSON cannot be read or does not fit: bad-request: 400; connect: 500, as Connect has it.',
  }),
};
