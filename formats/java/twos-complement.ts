/** BigInteger.toByteArray: big-endian two's complement in as few bytes as possible. */
export function twosComplement(value: bigint): Buffer {
  const magnitude = value < 0n ? -value - 1n : value;
  const size = Math.floor(magnitude.toString(2).length / 8) + 1;
  const digits = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0');
  return Buffer.from(digits, 'hex');
}

/** The counterpart; no bytes are zero. */
export function integerOf(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}
