import { compressionsAlgorithms } from '@platformatic/kafka';
import kafkajs from 'kafkajs';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** From now on every kafkajs reader of this process reads every codec that Kafka has; of its own it knows gzip only. */
export function readEveryCodec(): void {
  for (const name of ['Snappy', 'LZ4', 'ZSTD'] as const) {
    const algorithm = compressionsAlgorithms[name.toLowerCase() as 'snappy' | 'lz4' | 'zstd'];
    CompressionCodecs[CompressionTypes[name]] = () => ({
      compress: () => Promise.reject(new Error('only for reading')),
      decompress: (bytes: Buffer) => Promise.resolve(algorithm.decompressSync(bytes)),
    });
  }
}
