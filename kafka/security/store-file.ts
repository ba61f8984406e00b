import { readFileSync } from 'node:fs';
import { ConnectorError } from '../../errors/connector-error.ts';

/** A key or trust store, read, in a format that this client can use. */
export interface StoreFile {
  readonly format: 'PEM' | 'PKCS12';
  readonly content: Buffer;
}

export interface StoreFileRequest {
  /** `ssl.truststore` or `ssl.keystore`: what the settings begin with. */
  readonly setting: string;
  readonly location: string;
  /** Value of the type setting; empty: not given. */
  readonly declaredType: string;
}

/** What a PKCS12 file may be declared as: Java's JKS provider reads both. */
const binaryTypes = new Set(['PKCS12', 'JKS']);

/**
 * Reads a store. The content says what it is, as in Java, where a store declared (or defaulted) as JKS may be a PKCS12 file. A
 * real JKS file is refused: only Java reads that format. Throws CONFIG_INVALID or NOT_SUPPORTED.
 */
export function readStoreFile({ setting, location, declaredType }: StoreFileRequest): StoreFile {
  let content;
  try {
    content = readFileSync(location);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectorError('CONFIG_INVALID', `${setting}.location: the file cannot be read: ${reason}`, { cause });
  }
  const format = sniffed(content);
  if (format === 'JKS') throw new ConnectorError('NOT_SUPPORTED', jksRefusal(setting, location));
  const declared = declaredType.toUpperCase();
  const fits =
    declared === '' || (declared === 'PEM' ? format === 'PEM' : binaryTypes.has(declared) && format === 'PKCS12');
  if (format === undefined || !fits) {
    const found = `${setting}.location: ${location} is ${format ?? 'neither PEM nor PKCS12'}`;
    const said = declared === '' ? '' : `, but ${setting}.type is ${declared}`;
    throw new ConnectorError('CONFIG_INVALID', `${found}${said}`);
  }
  return { format, content };
}

/** Java's magic numbers are FEEDFEED (JKS) and CECECECE (JCEKS); PKCS12 is a DER sequence. */
function sniffed(content: Buffer): 'PEM' | 'PKCS12' | 'JKS' | undefined {
  const magic = content.length >= 4 ? content.readUInt32BE(0) : 0;
  if (magic === 0xfeedfeed || magic === 0xcececece) return 'JKS';
  if (content[0] === 0x30) return 'PKCS12';
  return content.includes('-----BEGIN ') ? 'PEM' : undefined;
}

function jksRefusal(setting: string, location: string): string {
  const target = `${location.replace(/\.jks$/i, '')}.p12`;
  const command = `keytool -importkeystore -srckeystore ${location} -destkeystore ${target} -deststoretype PKCS12`;
  return (
    `${setting}.location: ${location} is a JKS store, a format that only Java reads. Convert it with '${command}', ` +
    `then set ${setting}.location=${target} and ${setting}.type=PKCS12`
  );
}
