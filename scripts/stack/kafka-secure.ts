import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brokerProperties, type BrokerLayout } from './broker-properties.ts';
import { createAuthority, issue, type Authority, type Certificate } from './certificates.ts';
import { freePorts } from './free-port.ts';
import { adoptBroker, type KafkaBroker } from './kafka-broker.ts';
import { formatWithTool, randomId } from './kafka-format.ts';
import { createKeyStores, type KeyStores } from './key-stores.ts';
import { preparedKafka } from './prepared-kafka.ts';
import { propertiesText } from './properties-text.ts';
import type { StackContext } from './stack-context.ts';

export interface SecureKafkaOptions {
  /** Lines of server.properties that are added or replace the stack's own. */
  readonly config?: Readonly<Record<string, string>>;
  /** As in -Xmx; default `1g`. */
  readonly heap?: string;
  /** Names in the broker's certificate; default 127.0.0.1 and localhost. */
  readonly certificateNames?: readonly string[];
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

interface SecureParts {
  readonly broker: KafkaBroker;
  readonly ports: readonly number[];
  readonly authority: Authority;
  readonly client: Certificate;
  readonly stores: KeyStores;
}

/** One broker that is reached through TLS and SASL; its plain listener (`broker.bootstrap`) is for administration. */
export class SecureKafka {
  /** The process: kill, restart, pid, folders, and the plain listener. */
  readonly broker: KafkaBroker;
  /** SASL_SSL. */
  readonly bootstrap: string;
  /** SASL_PLAINTEXT. */
  readonly saslPlaintextBootstrap: string;
  /** SSL that wants the client's certificate. */
  readonly sslBootstrap: string;
  /** Known to SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly scram: Credentials = { user: 'alice', password: 'alice-secret' };
  /** Known to PLAIN only. */
  readonly plain: Credentials = { user: 'bob', password: 'bob-secret' };
  readonly authority: Authority;
  readonly client: Certificate;
  readonly stores: KeyStores;

  constructor({ broker, ports, authority, client, stores }: SecureParts) {
    const [saslSsl, saslPlaintext, ssl] = ports.map((port) => `${broker.host}:${port}`);
    this.broker = broker;
    this.bootstrap = saslSsl ?? '';
    this.saslPlaintextBootstrap = saslPlaintext ?? '';
    this.sslBootstrap = ssl ?? '';
    this.authority = authority;
    this.client = client;
    this.stores = stores;
  }

  info(): Record<string, unknown> {
    const { bootstrap, saslPlaintextBootstrap, sslBootstrap, scram, plain, authority, client, stores } = this;
    const plaintextBootstrap = this.broker.bootstrap;
    const files = { ca: authority.certificateFile, client, stores };
    return {
      ...this.broker.info(),
      bootstrap,
      saslPlaintextBootstrap,
      sslBootstrap,
      plaintextBootstrap,
      scram,
      plain,
      files,
    };
  }
}

export async function startSecureKafka(
  context: StackContext,
  name: string,
  options: SecureKafkaOptions,
): Promise<SecureKafka> {
  const kafka = await preparedKafka(context.log);
  const folder = join(context.folder, name);
  await mkdir(folder, { recursive: true });
  const [clientPort = 0, controllerPort = 0, ...ports] = await freePorts(5);
  const node: BrokerLayout = { nodeId: 1, clientPort, controllerPort, proxy: undefined };
  const authority = await createAuthority(folder, 'ca');
  const hosts = options.certificateNames ?? ['127.0.0.1', 'localhost'];
  const [server, client] = await Promise.all([
    issue(authority, { name: 'server', hosts }),
    issue(authority, { name: 'client' }),
  ]);
  const broker = await adoptBroker(context, { owner: name, folder, kafka, node, count: 1, heap: options.heap ?? '1g' });
  const stores = await createKeyStores(authority, client);
  const secure = new SecureKafka({ broker, ports, authority, client, stores });
  const configFile = join(folder, 'server.properties');
  const properties = { ...secureProperties(secure, node, server), 'log.dirs': join(folder, 'log'), ...options.config };
  await writeFile(configFile, propertiesText(properties));
  const { user, password } = secure.scram;
  const scramUsers = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((kind) => `${kind}=[name=${user},password=${password}]`);
  await formatWithTool(kafka.jars, configFile, randomId(), scramUsers);
  await broker.start();
  return secure;
}

function secureProperties(secure: SecureKafka, node: BrokerLayout, server: Certificate): Record<string, string> {
  const open = [
    `PLAINTEXT://127.0.0.1:${node.clientPort}`,
    `SASL_SSL://${secure.bootstrap}`,
    `SASL_PLAINTEXT://${secure.saslPlaintextBootstrap}`,
    `SSL://${secure.sslBootstrap}`,
  ].join(',');
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const { user, password } = secure.plain;
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user}="${password}";`;
  const jaas = ['sasl_ssl', 'sasl_plaintext'].flatMap((listener): [string, string][] => [
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`, scram],
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`, scram],
    [`listener.name.${listener}.plain.sasl.jaas.config`, plain],
  ]);
  return {
    ...brokerProperties(node, [node]),
    listeners: `${open},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': open,
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512,PLAIN',
    ...Object.fromEntries(jaas),
    // PEM stores of the broker itself (KIP-651) need no keytool.
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': server.bundleFile,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': secure.authority.certificateFile,
    'listener.name.ssl.ssl.client.auth': 'required',
  };
}
