import { uint32 } from '../wire/big-endian.ts';
import { MessageCutter } from '../wire/message-cutter.ts';
import type { PluginMessage } from '../wire/replication-stream.ts';
import type { SpoolFile } from './spool-file.ts';

/** Who takes what is read back, as it would from the socket. */
export interface ReplaySink {
  /** False: nothing more until `room` settles. */
  message(message: PluginMessage): boolean;
  chunkEnd(bytes: number): void;
  /** Settles when more may come; rejects when nothing ever will. */
  room(): Promise<void>;
}

/** As much as one read of the socket, twice. */
const CHUNK_BYTES = 131_072;
const PLACE_BYTES = 8;

/** Hands over what the file holds, chunk by chunk, no faster than it is taken. The bytes stay for as long as somebody refers to them. */
export async function replay(file: SpoolFile, sink: ReplaySink): Promise<void> {
  const cutter = new MessageCutter(({ bytes, start, end }) =>
    sink.message({ bytes, start: start + PLACE_BYTES, end, high: uint32(bytes, start), low: uint32(bytes, start + 4) }),
  );
  for (let position = 0; ;) {
    await sink.room();
    const chunk = await file.read(position, CHUNK_BYTES);
    await sink.room();
    if (chunk.length === 0) return;
    position += chunk.length;
    for (let isTaken = cutter.push(chunk); !isTaken; isTaken = cutter.resume()) await sink.room();
    sink.chunkEnd(chunk.length);
  }
}
