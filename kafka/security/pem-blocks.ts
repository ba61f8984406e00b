export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, `ENCRYPTED PRIVATE KEY` … */
  readonly label: string;
  /** The block in the form that OpenSSL reads. */
  readonly text: string;
}

/**
 * The PEM blocks of a text (RFC 7468). In a properties file a certificate often stands on one line, its line breaks turned into
 * spaces or gone; Java takes that, OpenSSL wants lines, so the base64 is broken anew.
 */
export function pemBlocks(source: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const match of source.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/g)) {
    const [whole, label = '', body = ''] = match;
    // "Proc-Type: 4,ENCRYPTED" and the like: an old key with headers stays as it is.
    const lines = body.includes(':') ? undefined : body.replaceAll(/\s/g, '').match(/.{1,64}/g);
    const text = lines?.length ? `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----` : whole;
    blocks.push({ label, text: `${text}\n` });
  }
  return blocks;
}
