import type forge from 'node-forge';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { ConnectorError } from '../../errors/connector-error.ts';

/** A private key (PKCS#8) and its certificate with those that sign it, PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

const bagAttributes = z.object({ localKeyId: z.tuple([z.string()]).optional() });

/** The mark that a key and its certificate have in common (RFC 7292). */
function localKeyId(attributes: unknown): string | undefined {
  return bagAttributes.safeParse(attributes).data?.localKeyId?.[0];
}

/**
 * The key and certificates of a PKCS12 key store. Node's own `pfx` option also trusts every certificate of the store, so that
 * whoever has one of the same authority would pass as a client; in Java the trust store alone says whom to trust.
 * Throws CONFIG_INVALID when the store holds no key, and what the parser says, in particular for a wrong password.
 */
export function pkcs12KeyPair(content: Buffer, password: string, where: string): KeyPair {
  // Loaded here and only for PKCS12 stores: it costs every process 11 MB and 25 ms.
  const { asn1, pkcs12, pki, util } = createRequire(import.meta.url)('node-forge') as typeof forge;
  const store = pkcs12.pkcs12FromAsn1(asn1.fromDer(util.createBuffer(content.toString('latin1'))), false, password);
  const bagsOf = (type: string) =>
    Object.values(store.getBags({ bagType: pki.oids[type] ?? '' })).flatMap((found) => found ?? []);
  const pem = (label: string, structure: forge.asn1.Asn1): string => {
    const der = Buffer.from(asn1.toDer(structure).getBytes(), 'latin1');
    const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
    return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
  };
  const keyBag = [...bagsOf('pkcs8ShroudedKeyBag'), ...bagsOf('keyBag')][0];
  if (keyBag === undefined) throw new ConnectorError('CONFIG_INVALID', `${where} holds no private key`);
  // The parser reads RSA keys and certificates only; of others (elliptic curves) it hands over the raw structure.
  const key = keyBag.key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(keyBag.key)) : keyBag.asn1;
  const keyId = localKeyId(keyBag.attributes);
  const certificates = bagsOf('certBag').map((bag) => {
    const id = localKeyId(bag.attributes);
    const structure = bag.cert ? pki.certificateToAsn1(bag.cert) : bag.asn1;
    return { own: keyId !== undefined && id === keyId, text: pem('CERTIFICATE', structure) };
  });
  if (certificates.length === 0)
    throw new ConnectorError('CONFIG_INVALID', `${where}: there is no certificate for the private key`);
  // The own certificate comes first in a chain (RFC 8446, 4.4.2).
  const chain = certificates.toSorted((left, right) => Number(right.own) - Number(left.own));
  return { key: pem('PRIVATE KEY', key), cert: chain.map(({ text }) => text).join('') };
}
