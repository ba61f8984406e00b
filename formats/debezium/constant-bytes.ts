/** Names of columns and the like; beyond so many, or longer than this, texts get bytes of their own. */
const MAX_KNOWN = 10_000;
const MAX_LENGTH = 128;

const known = new Map<string, Buffer>();

/**
 * The bytes of a text that the encoders of many tables have in common, which nobody may change: one object for all of them. With a
 * dozen for each column they would be most of what an encoder takes, and each would keep alive the block of memory that it shares
 * with bytes which were needed for a moment only.
 */
export function constantBytes(text: string): Buffer {
  const found = known.get(text);
  if (found !== undefined) return found;
  const bytes = Buffer.from(text, 'utf8');
  if (text.length > MAX_LENGTH || known.size >= MAX_KNOWN) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  known.set(text, own);
  return own;
}
