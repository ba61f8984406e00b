import { atLeast, choice, integer, password, text } from '../settings/kinds.ts';
import type { SettingValues } from '../settings/setting.ts';

const group = 'Kafka client';

/** The settings of a Kafka client, with Kafka's names and the defaults of a Connect worker. */
export const clientSettings = {
  bootstrapServers: text('bootstrap.servers', {
    required: true,
    group,
    importance: 'HIGH',
    documentation: 'Comma separated host:port of brokers from which the others are learnt.',
    check: (value) => (value === '' ? 'At least one host:port is needed' : undefined),
  }),
  clientId: text('client.id', {
    default: '',
    group,
    importance: 'LOW',
    documentation: 'Name of this client in the logs and quotas of the brokers.',
  }),
  securityProtocol: choice('security.protocol', ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], {
    default: 'PLAINTEXT',
    group,
    documentation: 'How to talk to the brokers.',
  }),
  saslMechanism: text('sasl.mechanism', {
    default: 'GSSAPI',
    group,
    documentation: 'PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. GSSAPI, which is the default of Kafka, is not supported.',
  }),
  saslJaasConfig: password('sasl.jaas.config', {
    optional: true,
    group,
    documentation: 'Login module with user name and password, in the syntax of a JAAS file.',
  }),
  truststoreType: text('ssl.truststore.type', {
    default: '',
    group,
    documentation: 'PEM or PKCS12. Without it the file itself tells.',
  }),
  truststoreLocation: text('ssl.truststore.location', {
    optional: true,
    group,
    importance: 'HIGH',
    documentation: 'File with the certificates that sign those of the brokers.',
  }),
  truststorePassword: password('ssl.truststore.password', {
    optional: true,
    group,
    importance: 'HIGH',
    documentation: 'Password of a PKCS12 trust store.',
  }),
  truststoreCertificates: password('ssl.truststore.certificates', {
    optional: true,
    group,
    importance: 'HIGH',
    documentation: 'The certificates themselves, PEM, instead of a file.',
  }),
  keystoreType: text('ssl.keystore.type', {
    default: '',
    group,
    documentation: 'PEM or PKCS12. Without it the file itself tells.',
  }),
  keystoreLocation: text('ssl.keystore.location', {
    optional: true,
    group,
    importance: 'HIGH',
    documentation: "File with this client's key and certificate.",
  }),
  keystorePassword: password('ssl.keystore.password', {
    optional: true,
    group,
    importance: 'HIGH',
    documentation: 'Password of a PKCS12 key store.',
  }),
  keystoreKey: password('ssl.keystore.key', {
    optional: true,
    group,
    importance: 'HIGH',
    documentation: 'The private key itself, PEM (PKCS#8), instead of a file.',
  }),
  keystoreCertificateChain: password('ssl.keystore.certificate.chain', {
    optional: true,
    group,
    importance: 'HIGH',
    documentation: 'The certificate that belongs to ssl.keystore.key and those that sign it, PEM.',
  }),
  keyPassword: password('ssl.key.password', {
    optional: true,
    group,
    importance: 'HIGH',
    documentation: 'Password of an encrypted private key.',
  }),
  endpointIdentification: text('ssl.endpoint.identification.algorithm', {
    default: 'https',
    group,
    importance: 'LOW',
    documentation: 'https: the certificate must carry the name of the broker; empty: it need not.',
    check: (value) => (value === '' || value.toLowerCase() === 'https' ? undefined : 'Must be https or empty'),
  }),
  requestTimeoutMs: integer('request.timeout.ms', 'INT', {
    default: '40000',
    group,
    importance: 'MEDIUM',
    check: atLeast(1),
    documentation: 'Longest wait for the answer to a request, milliseconds.',
  }),
  connectionSetupTimeoutMs: milliseconds(
    'socket.connection.setup.timeout.ms',
    10_000,
    1,
    'Longest time to set up a connection, TLS and authentication included.',
  ),
  connectionsMaxIdleMs: milliseconds(
    'connections.max.idle.ms',
    540_000,
    -1,
    'A connection without traffic for so long is closed; −1: never.',
  ),
  retryBackoffMs: milliseconds('retry.backoff.ms', 100, 0, 'Wait after a first failure; it doubles.'),
  retryBackoffMaxMs: milliseconds('retry.backoff.max.ms', 1000, 0, 'Longest wait between two tries.'),
  metadataMaxAgeMs: milliseconds(
    'metadata.max.age.ms',
    300_000,
    0,
    'What is known of a topic is asked for again after this time, also without an error.',
  ),
} as const;

function milliseconds(name: string, fallback: number, minimum: number, documentation: string) {
  return integer(name, 'LONG', {
    default: String(fallback),
    group,
    importance: 'LOW',
    documentation,
    check: atLeast(minimum),
  });
}

/** The parsed settings of a Kafka client. */
export type ClientSettings = SettingValues<typeof clientSettings>;
