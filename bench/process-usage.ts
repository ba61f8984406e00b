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
  /** The root and its largest children, as many as work: a worker and its task hosts, without the spare one that idles. */
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

/** A process and all its descendants, summed; `working`: how many of these work. */
async function treeSample(root: number, working: number): Promise<Sample> {
  const all = new Map<number, Usage & { parent: number }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const sample = await sampleOf(Number(name));
    if (sample !== undefined) all.set(Number(name), sample);
  }
  let cpuSeconds = 0;
  let rssBytes = 0;
  const children: number[] = [];
  for (const [pid, sample] of all) {
    let at: number | undefined = pid;
    while (at !== undefined && at !== root) at = all.get(at)?.parent;
    if (at !== root) continue;
    cpuSeconds += sample.cpuSeconds;
    rssBytes += sample.rssBytes;
    if (pid !== root) children.push(sample.rssBytes);
  }
  const atWork = children.sort((left, right) => right - left).slice(0, working);
  const workingRssBytes = atWork.reduce((sum, bytes) => sum + bytes, all.get(root)?.rssBytes ?? 0);
  return { cpuSeconds, rssBytes, workingRssBytes };
}

/** Watches a worker with its task hosts (or a JVM): CPU seconds between start and stop, and peaks of summed RSS. */
export class UsageWatch {
  readonly #pid: number;
  readonly #working: number;
  readonly #before: Sample;
  readonly #timer: NodeJS.Timeout;
  #peakRss = 0;
  #peakWorkingRss = 0;

  private constructor(pid: number, working: number, before: Sample) {
    this.#pid = pid;
    this.#working = working;
    this.#before = before;
    this.#peakRss = before.rssBytes;
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_MS);
  }

  /** `working`: how many processes below this one are at work; others, like a spare task host, are in the sum of all only. */
  static async start(pid: number, working: number): Promise<UsageWatch> {
    return new UsageWatch(pid, working, await treeSample(pid, working));
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
    const sample = await treeSample(this.#pid, this.#working);
    this.#peakRss = Math.max(this.#peakRss, sample.rssBytes);
    this.#peakWorkingRss = Math.max(this.#peakWorkingRss, sample.workingRssBytes);
    return sample;
  }
}
