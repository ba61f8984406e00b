import type forge from 'node-forge';
import { createRequire } from 'node:module';

/**
 * The certificates of a PKCS12 store, PEM. Node's own `pfx` option wants a private key in the store, which a trust store does
 * not have. Throws what the parser says, in particular for a wrong password.
 */
export function pkcs12Certificates(content: Buffer, password: string): string[] {
  // Loaded here and only for PKCS12 trust stores: it costs every process 11 MB and 25 ms.
  const { asn1, pkcs12, pki, util } = createRequire(import.meta.url)('node-forge') as typeof forge;
  const store = pkcs12.pkcs12FromAsn1(asn1.fromDer(util.createBuffer(content.toString('latin1'))), false, password);
  const bags = Object.values(store.getBags({ bagType: pki.oids['certBag'] ?? '' })).flatMap((found) => found ?? []);
  return bags.map((bag) => {
    // The parser reads RSA certificates only; of others (elliptic curves) it hands over the raw structure.
    const structure = bag.cert ? pki.certificateToAsn1(bag.cert) : bag.asn1;
    return pemOf(Buffer.from(asn1.toDer(structure).getBytes(), 'latin1'));
  });
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
