import { X509Certificate } from 'node:crypto';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { ClientSettings } from '../client-settings.ts';
import { pemBlocks } from './pem-blocks.ts';
import { pkcs12Certificates } from './pkcs12-certificates.ts';
import { readStoreFile } from './store-file.ts';

export type TrustStoreSettings = Pick<
  ClientSettings,
  'truststoreType' | 'truststoreLocation' | 'truststorePassword' | 'truststoreCertificates'
>;

/** The certificates to trust, PEM; undefined: none configured, so the well-known authorities count. Throws CONFIG_INVALID. */
export function trustedCertificates(settings: TrustStoreSettings): string[] | undefined {
  const { truststoreLocation: location, truststoreCertificates: inline } = settings;
  if (location !== null && inline !== null)
    throw invalid('ssl.truststore.location and ssl.truststore.certificates exclude each other');
  if (inline !== null) return certificates(inline, 'ssl.truststore.certificates');
  if (location === null) return undefined;
  const where = `ssl.truststore.location: ${location}`;
  const declaredType = settings.truststoreType;
  const { format, content } = readStoreFile({ setting: 'ssl.truststore', location, declaredType });
  if (format === 'PEM') return certificates(content.toString('utf8'), where);
  try {
    const found = pkcs12Certificates(content, settings.truststorePassword ?? '');
    return certificates(found.join(''), where);
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(`${where} cannot be opened with ssl.truststore.password: ${reason}`, cause);
  }
}

/** Checked here, because OpenSSL passes over in silence what it cannot read. */
function certificates(text: string, where: string): string[] {
  const blocks = pemBlocks(text).filter(({ label }) => label === 'CERTIFICATE');
  if (blocks.length === 0) throw invalid(`${where} holds no certificate`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block.text).toString();
    } catch (cause) {
      throw invalid(`${where}: certificate number ${index + 1} cannot be read`, cause);
    }
  });
}

function invalid(message: string, cause?: unknown): ConnectorError {
  return new ConnectorError('CONFIG_INVALID', message, { cause });
}
