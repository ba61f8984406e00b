import { readFile, readdir } from 'node:fs/promises';

/** Clock ticks per second of /proc (USER_HZ, 100 on every Linux that Node runs on; proc(5)). */
const TICKS = 100;
const PAGE_BYTES = 4096;
const SAMPLE_MS = 100;

interface Usage {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

interface Sample extends Usage {
  /** The root and its largest child: a worker and the task host at work, without the spare one that idles. */
  readonly workingRssBytes: number;
}

async function sampleOf(pid: number): Promise<(Usage & { parent: number }) | undefined> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // ended meanwhile
  }
  // The command's name is in parentheses and may hold blanks; fields are counted behind it (proc(5): ppid 4, utime 14, stime 15, rss 24).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return { parent: field(4), cpuSeconds: (field(14) + field(15)) / TICKS, rssBytes: field(24) * PAGE_BYTES };
}

/** A process and all its descendants, summed. */
async function treeSample(root: number): Promise<Sample> {
  const all = new Map<number, Usage & { parent: number }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const sample = await sampleOf(Number(name));
    if (sample !== undefined) all.set(Number(name), sample);
  }
  let cpuSeconds = 0;
  let rssBytes = 0;
  let largestChild = 0;
  for (const [pid, sample] of all) {
    let at: number | undefined = pid;
    while (at !== undefined && at !== root) at = all.get(at)?.parent;
    if (at !== root) continue;
    cpuSeconds += sample.cpuSeconds;
    rssBytes += sample.rssBytes;
    if (pid !== root) largestChild = Math.max(largestChild, sample.rssBytes);
  }
  return { cpuSeconds, rssBytes, workingRssBytes: (all.get(root)?.rssBytes ?? 0) + largestChild };
}

/** Watches a worker with its task hosts (or a JVM): CPU seconds between start and stop, and peaks of summed RSS. */
export class UsageWatch {
  readonly #pid: number;
  readonly #before: Sample;
  readonly #timer: NodeJS.Timeout;
  #peakRss = 0;
  #peakWorkingRss = 0;

  private constructor(pid: number, before: Sample) {
    this.#pid = pid;
    this.#before = before;
    this.#peakRss = before.rssBytes;
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_MS);
  }

  static async start(pid: number): Promise<UsageWatch> {
    return new UsageWatch(pid, await treeSample(pid));
  }

  async stop(): Promise<{ cpuSeconds: number; peakRssBytes: number; peakWorkingRssBytes: number }> {
    clearInterval(this.#timer);
    const after = await this.#sample();
    return {
      cpuSeconds: after.cpuSeconds - this.#before.cpuSeconds,
      peakRssBytes: this.#peakRss,
      peakWorkingRssBytes: this.#peakWorkingRss,
    };
  }

  async #sample(): Promise<Sample> {
    const sample = await treeSample(this.#pid);
    this.#peakRss = Math.max(this.#peakRss, sample.rssBytes);
    this.#peakWorkingRss = Math.max(this.#peakWorkingRss, sample.workingRssBytes);
    return sample;
  }
}
