import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Far beyond any file of settings or secrets. */
const maxBytes = 1024 * 1024;

/** Opening a pipe that nobody writes to would wait for a writer. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK;

function checkedSize(isFile: boolean, size: number): number {
  // A device or a pipe would be read for ever.
  if (!isFile) throw Object.assign(new Error('it is not a regular file'), { code: 'EISDIR' });
  if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
  return size;
}

/** The content of a small regular file. */
export async function readBounded(file: string): Promise<Buffer> {
  const handle = await open(file, flags);
  try {
    const stat = await handle.stat();
    const buffer = Buffer.alloc(checkedSize(stat.isFile(), stat.size));
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      ({ bytesRead: read } = await handle.read(buffer, length, buffer.length - length, null));
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

/** The same without leaving the turn of the event loop; for the start, and for processes with nothing else to do. */
export function readBoundedSync(file: string): Buffer {
  const descriptor = openSync(file, flags);
  try {
    const stat = fstatSync(descriptor);
    const buffer = Buffer.alloc(checkedSize(stat.isFile(), stat.size));
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
