import { compressionsAlgorithms } from '@platformatic/kafka';
import { constants, gzip, gzipSync, zstdCompress, zstdCompressSync } from 'node:zlib';

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

type ThreadedCompression = 'gzip' | 'zstd';

/** Lowest bits of a batch's attributes. */
export const compressionBits: Readonly<Record<Compression, number>> = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 };

// Smaller batches (the offset of a commit, a single row) stay as they are: zstd needs 20 µs to set itself up and saves
// nothing.
const COMPRESS_FROM_BYTES = 1024;

// gzip is the slow one: of 1.8 µs per row the main thread then pays 0.1. zstd would save 0.4 µs per row there, but cost
// the process 0.2 more in hand-over and garbage collection.
const THREAD_FROM_BYTES = 32 * 1024;

// Room for the whole result at once: pieces of 16 kB, the default, cost a tenth more.
const MAX_CHUNK_BYTES = 256 * 1024;
const MIN_CHUNK_BYTES = 1024;

// Level 1: a tenth of the size lost against level 6 for a third of its CPU (1.6 instead of 4.3 µs per row).
function gzipOptions(bytes: number): { level: number; chunkSize: number } {
  return { level: 1, chunkSize: chunkSize(bytes) };
}

// A window of 128 kB keeps zstd's tables in the processor's cache: 0.57 instead of 0.71 µs per row, the same size.
function zstdOptions(bytes: number): { chunkSize: number; params: Record<number, number> } {
  return {
    chunkSize: chunkSize(bytes),
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 17 },
  };
}

function chunkSize(bytes: number): number {
  return Math.max(MIN_CHUNK_BYTES, Math.min(MAX_CHUNK_BYTES, bytes));
}

/**
 * The codec for a batch of so many bytes where this one is wanted; every reader takes uncompressed batches between
 * others.
 */
export function codecFor(wanted: Compression, bytes: number): Compression {
  return bytes < COMPRESS_FROM_BYTES ? 'none' : wanted;
}

/** Whether `compressInThread` is the better one for so many bytes. */
export function runsInThread(compression: Compression, bytes: number): compression is ThreadedCompression {
  return bytes >= THREAD_FROM_BYTES && compression === 'gzip';
}

/** Compresses the records of a batch on another thread; they must stay unchanged until the promise settles. */
export function compressInThread(compression: ThreadedCompression, records: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer): void => {
      if (error === null) resolve(result);
      else reject(error);
    };
    if (compression === 'gzip') gzip(records, gzipOptions(records.length), done);
    else zstdCompress(records, zstdOptions(records.length), done);
  });
}

/** Compresses the records of a batch on this thread. */
export function compressNow(compression: Exclude<Compression, 'none'>, records: Buffer): Buffer {
  if (compression === 'gzip') return gzipSync(records, gzipOptions(records.length));
  if (compression === 'zstd') return zstdCompressSync(records, zstdOptions(records.length));
  return compressionsAlgorithms[compression].compressSync(records);
}

/** The records of a batch as they were before they were compressed. */
export function decompress(compression: Compression, records: Buffer): Buffer {
  return compressionsAlgorithms[compression].decompressSync(records);
}
