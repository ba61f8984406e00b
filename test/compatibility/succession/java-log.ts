import { readFile } from 'node:fs/promises';

/** What a Java worker has logged as a warning or an error since its log had this length, first lines only. */
export async function complaintsSince(logFile: string, length: number): Promise<string[]> {
  const text = (await readFile(logFile)).subarray(length).toString('utf8');
  return text.split('\n').filter((line) => /\b(WARN|ERROR|FATAL)\b/.test(line));
}

export async function logLength(logFile: string): Promise<number> {
  return (await readFile(logFile)).length;
}
