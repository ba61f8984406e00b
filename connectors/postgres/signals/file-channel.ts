import { readFile, rename, rm } from 'node:fs/promises';
import type { TaskLog } from '../../source-connector.ts';
import { errorText } from '../pg-errors.ts';
import { repeat } from './repeat.ts';
import type { SignalDesk } from './signal-desk.ts';

export interface FileChannelOptions {
  readonly file: string;
  readonly pollMs: number;
  readonly log: TaskLog;
  readonly signal: AbortSignal;
}

/**
 * Takes signals out of a file, one per line. The file is renamed before it is read, so that a line that is added meanwhile begins
 * a new one; what was renamed goes away once its signals are stored, and is read again if the task ends before that.
 */
export async function watchSignalFile(
  desk: SignalDesk,
  { file, pollMs, log, signal }: FileChannelOptions,
): Promise<void> {
  const taken = `${file}.taken`;
  const look = async (): Promise<void> => {
    do await takeLines(desk, taken, signal);
    while (await moved(file, taken));
  };
  const onFailure = (error: unknown): void =>
    log.warn({ file, error: errorText(error) }, 'the file of signals cannot be read');
  await repeat(look, { signal, everyMs: pollMs, onFailure });
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function takeLines(desk: SignalDesk, file: string, signal: AbortSignal): Promise<void> {
  const lines = await linesOf(file);
  if (lines === undefined) return;
  for (const [index, line] of lines.entries()) {
    signal.throwIfAborted();
    if (line.trim() !== '') await desk.takeText(line, { name: `line ${index + 1}`, channel: 'file' });
  }
  await rm(file);
}

async function linesOf(file: string): Promise<string[] | undefined> {
  try {
    return (await readFile(file, 'utf8')).split(/\r?\n/);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
