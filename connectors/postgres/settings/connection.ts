import { atLeast, between, choice, flag, integer, password, text } from '../../../settings/kinds.ts';

const CONNECTION = 'Connection';
const TLS = 'Connection: TLS';

/** Where the server is and how to log in. */
export const connectionSettings = {
  hostname: text('database.hostname', {
    required: true,
    importance: 'HIGH',
    group: CONNECTION,
    documentation:
      'Host name or address of the PostgreSQL server. Not a transaction pooler: it cannot carry replication.',
  }),
  port: integer('database.port', 'INT', {
    default: '5432',
    importance: 'HIGH',
    group: CONNECTION,
    check: between(1, 65535),
    documentation: 'Port of the PostgreSQL server.',
  }),
  user: text('database.user', {
    required: true,
    importance: 'HIGH',
    group: CONNECTION,
    documentation: 'User with LOGIN and REPLICATION, and SELECT on the captured tables where a snapshot is taken.',
  }),
  password: password('database.password', {
    optional: true,
    importance: 'HIGH',
    group: CONNECTION,
    documentation: 'Password of the user.',
  }),
  database: text('database.dbname', {
    required: true,
    importance: 'HIGH',
    group: CONNECTION,
    documentation: 'The database to capture; one connector captures one database.',
  }),
  tcpKeepAlive: flag('database.tcpKeepAlive', {
    default: 'true',
    group: CONNECTION,
    documentation: 'Whether TCP probes idle connections, so that firewalls keep them and dead ones are noticed.',
  }),
  initialStatements: text('database.initial.statements', {
    optional: true,
    importance: 'LOW',
    group: CONNECTION,
    documentation:
      'SQL to run on each ordinary connection after login, separated by semicolons; two semicolons stand for one inside a statement. Not run on the replication connection.',
  }),
  queryTimeoutMs: integer('database.query.timeout.ms', 'INT', {
    default: '600000',
    importance: 'LOW',
    group: CONNECTION,
    check: atLeast(0),
    documentation: 'Longest time for one query of the catalog; 0: no limit.',
  }),
  validationTimeoutMs: integer('connection.validation.timeout.ms', 'LONG', {
    default: '60000',
    importance: 'LOW',
    group: CONNECTION,
    check: atLeast(1),
    documentation: 'Longest time for the checks against the server when a configuration is validated.',
  }),
};

/** How connections are secured. */
export const tlsSettings = {
  sslMode: choice('database.sslmode', ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'], {
    default: 'prefer',
    group: TLS,
    documentation:
      'As in libpq: disable: plain; allow: plain first, then TLS; prefer: TLS first, then plain; require: TLS; verify-ca: TLS and a certificate of a trusted authority; verify-full: that and the right host name.',
  }),
  sslCertificate: text('database.sslcert', {
    optional: true,
    group: TLS,
    documentation: "File with the client's certificate (PEM), for servers that ask for one.",
  }),
  sslKey: text('database.sslkey', {
    optional: true,
    group: TLS,
    documentation: "File with the client's private key: PEM, PKCS#8 in DER (.pk8) or PKCS#12 (.p12, .pfx).",
  }),
  sslPassword: password('database.sslpassword', {
    optional: true,
    group: TLS,
    documentation: 'Password of the file in database.sslkey.',
  }),
  sslRootCertificate: text('database.sslrootcert', {
    optional: true,
    group: TLS,
    documentation:
      'File with the certificates of the trusted authorities (PEM). Without it verify-ca and verify-full trust the well-known authorities.',
  }),
};
