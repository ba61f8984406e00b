import { protocolErrorsCodesById } from '@platformatic/kafka';
import { BrokerSetupError } from './broker-setup-error.ts';
import { errorNodes } from './error-nodes.ts';

/**
 * What a failure means for the caller. `not-leader` and `coordinator`: look for the right broker again; `fenced`: another
 * producer has taken over the transactional id, or the broker ended the transaction; `sequence`: the broker no longer knows
 * this producer's numbering; `authentication` holds refused TLS handshakes too; `timeout` and `network`: the outcome is
 * unknown; `fatal`: asking again brings the same answer.
 */
export type ErrorClass =
  | 'retriable'
  | 'fenced'
  | 'not-leader'
  | 'coordinator'
  | 'authentication'
  | 'authorization'
  | 'sequence'
  | 'too-large'
  | 'unknown-topic'
  | 'network'
  | 'timeout'
  | 'fatal';

// Kafka protocol guide, "Error Codes". What is not listed is fatal.
const classOfCode: ReadonlyMap<number, ErrorClass> = new Map([
  ...classed('authentication', 33, 34, 58),
  ...classed('authorization', 29, 30, 31, 53, 65),
  ...classed('fenced', 47, 90),
  ...classed('sequence', 45, 46, 49, 59),
  ...classed('too-large', 10, 18),
  // 100 and 103: the topic was deleted or created again under the same name.
  ...classed('unknown-topic', 3, 100, 103),
  // 56: the leader's disk failed, so the partition gets another leader. 9 and 78: the leader is new and not ready yet.
  ...classed('not-leader', 5, 6, 8, 9, 56, 72, 74, 75, 78, 80),
  ...classed('coordinator', 14, 15, 16),
  // 2: the batch was damaged on its way. 70, 71 and 106: fetch session. 27, 79 and 88: group and transaction in motion.
  ...classed('retriable', 2, 19, 20, 27, 41, 51, 70, 71, 79, 88, 89, 106, 129),
  ...classed('timeout', 7),
  ...classed('network', 13),
]);

/** The strongest wins when one answer holds several codes (a produce or fetch over several partitions). */
const strength: readonly ErrorClass[] = [
  'authentication',
  'authorization',
  'fenced',
  'sequence',
  'too-large',
  'fatal',
  'unknown-topic',
  'not-leader',
  'coordinator',
  'retriable',
  'timeout',
  'network',
];

function classed(name: ErrorClass, ...codes: number[]): [number, ErrorClass][] {
  return codes.map((code) => [code, name]);
}

/** Every Kafka error code in the tree of `errors` and `cause`, nearest first, without repeats. */
export function kafkaErrorCodes(error: unknown): number[] {
  const codes = new Set<number>();
  for (const node of errorNodes(error))
    if ('apiCode' in node && typeof node.apiCode === 'number') codes.add(node.apiCode);
  return [...codes];
}

/**
 * The class of a failure of a Kafka call. The library wraps an authentication failure in retriable network errors and puts
 * the truth into `cause` two levels down, so Kafka's codes win over every wrapper.
 */
export function classify(error: unknown): ErrorClass {
  const classes = kafkaErrorCodes(error).map((code) => classOfCode.get(code) ?? 'fatal');
  if (classes.length === 0) classes.push(...errorNodes(error).flatMap(classOfNode));
  return strength.find((one) => classes.includes(one)) ?? 'fatal';
}

function classOfNode(error: Error): ErrorClass[] {
  const code = codeOf(error);
  // The library calls every failure during SASL an authentication failure, also a connection that broke meanwhile.
  if (code === 'PLT_KFK_AUTHENTICATION') {
    const below = errorNodes(error.cause).flatMap(classOfNode);
    return below.includes('network') || below.includes('timeout') ? [] : ['authentication'];
  }
  if (isTlsRefusal(code)) return ['authentication'];
  if (code === 'PLT_KFK_USER' && error.message.includes('requires TLS')) return ['authentication'];
  // The library's TimeoutError carries the code of its network errors.
  if (error.name === 'TimeoutError' || /timed out/i.test(error.message)) return ['timeout'];
  if (code === 'PLT_KFK_NETWORK' || code === 'PLT_KFK_UNEXPECTED_CORRELATION_ID') return ['network'];
  return socketErrors.test(code) ? ['network'] : [];
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const socketErrors =
  /^(ECONN|EPIPE$|ETIMEDOUT$|EHOST|ENET|ENOTFOUND$|EAI_|EADDRNOTAVAIL$|ERR_STREAM_|ERR_SOCKET_CLOSED|ENETUNREACH$)/;

/** Codes of OpenSSL's and Node's refusals: a certificate that does not verify, or an alert of the broker. */
function isTlsRefusal(code: string): boolean {
  return tlsRefusals.test(code);
}

const tlsRefusals =
  /^(ERR_TLS_CERT_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED|EPROTO$)/;

const passing: ReadonlySet<ErrorClass> = new Set(['retriable', 'not-leader', 'coordinator', 'network', 'timeout']);

/** Whether the same request, sent to the right broker, may succeed later by itself. */
export function isWorthRetrying(error: unknown): boolean {
  return passing.has(classify(error));
}

/** `NOT_COORDINATOR`, or `error 9999` for a code that this client does not know. */
export function kafkaErrorName(code: number): string {
  const names: Readonly<Record<string, string>> = protocolErrorsCodesById;
  return names[String(code)] ?? `error ${code}`;
}

/**
 * What failed, for a person: Kafka's error names with the broker's own sentence where it gave one; else the innermost
 * message (`connect ECONNREFUSED 10.0.0.7:9092`), since the outer ones only say that something failed.
 */
export function kafkaErrorText(error: unknown): string {
  const nodes = [...errorNodes(error)];
  const sentences = new Set<string>();
  for (const node of nodes) {
    if (!('apiCode' in node) || typeof node.apiCode !== 'number') continue;
    const own = 'serverErrorMessage' in node ? node.serverErrorMessage : undefined;
    const text = typeof own === 'string' && own !== '' ? own : node.message;
    sentences.add(`${kafkaErrorName(node.apiCode)}: ${text}`);
  }
  if (sentences.size > 0) return [...sentences].join('; ');
  const setup = nodes.find((node) => node instanceof BrokerSetupError);
  if (setup !== undefined) return setup.message;
  const innermost = nodes.findLast((node) => node.message !== '');
  if (innermost === undefined) return String(error);
  return isTlsRefusal(codeOf(innermost)) ? `the TLS handshake failed: ${innermost.message}` : innermost.message;
}
