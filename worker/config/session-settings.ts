import { atLeast, choice, integer, list } from '../../settings/kinds.ts';

const group = 'Requests between workers';

/** HMAC algorithms by their names in Java, with Node's name and the bytes of a key when no size is set (as Java's generators). */
export const hmacAlgorithms = {
  HmacSHA1: { digest: 'sha1', keyBytes: 64 },
  HmacSHA224: { digest: 'sha224', keyBytes: 28 },
  HmacSHA256: { digest: 'sha256', keyBytes: 32 },
  HmacSHA384: { digest: 'sha384', keyBytes: 48 },
  HmacSHA512: { digest: 'sha512', keyBytes: 64 },
} as const;

export type HmacAlgorithm = keyof typeof hmacAlgorithms;

export function isHmacAlgorithm(name: string): name is HmacAlgorithm {
  return Object.hasOwn(hmacAlgorithms, name);
}

const names = ['HmacSHA256', 'HmacSHA1', 'HmacSHA224', 'HmacSHA384', 'HmacSHA512'] as const;

/** The signatures of requests that one worker sends to another for the cluster itself (KIP-507). */
export const sessionSettings = {
  keyGenerationAlgorithm: choice('inter.worker.key.generation.algorithm', names, {
    default: 'HmacSHA256',
    group,
    importance: 'LOW',
    documentation: 'What the session key is made for, which the leader writes to the config topic.',
  }),
  sessionKeySize: integer('inter.worker.key.size', 'INT', {
    optional: true,
    group,
    importance: 'LOW',
    check: atLeast(128),
    documentation: 'Size of the session key in bits. Unset: what suits the algorithm.',
  }),
  sessionKeyTtlMs: integer('inter.worker.key.ttl.ms', 'INT', {
    default: '3600000',
    group,
    importance: 'LOW',
    check: atLeast(1),
    documentation: 'Age at which the leader replaces the session key.',
  }),
  signatureAlgorithm: choice('inter.worker.signature.algorithm', names, {
    default: 'HmacSHA256',
    group,
    importance: 'LOW',
    documentation: 'How this worker signs its requests. Must be among inter.worker.verification.algorithms.',
  }),
  verificationAlgorithms: list('inter.worker.verification.algorithms', {
    default: 'HmacSHA256',
    group,
    importance: 'LOW',
    documentation: 'Algorithms of signatures that this worker accepts, separated by commas.',
    check: (algorithms) => {
      if (algorithms.length === 0) return 'must name at least one algorithm';
      const unknown = algorithms.find((name) => !isHmacAlgorithm(name));
      return unknown === undefined ? undefined : `${unknown} is not one of ${names.join(', ')}`;
    },
  }),
};
