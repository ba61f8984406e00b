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
  /** The roots and their largest children, as many as work: workers and task hosts, without the spare ones that idle. */
  readonly workingRssBytes: number;
  /** Of the root that takes most, its largest children at work included. */
  readonly largestRssBytes: number;
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

async function allProcesses(): Promise<Map<number, Usage & { parent: number }>> {
  const all = new Map<number, Usage & { parent: number }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const sample = await sampleOf(Number(name));
    if (sample !== undefined) all.set(Number(name), sample);
  }
  return all;
}

/** A process and all its descendants, summed; `working`: how many of these work. */
function treeSample(
  all: ReadonlyMap<number, Usage & { parent: number }>,
  root: number,
  working: number,
): Usage & { workingRssBytes: number } {
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

async function sample(roots: readonly number[], working: number): Promise<Sample> {
  const all = await allProcesses();
  const trees = roots.map((root) => treeSample(all, root, working));
  const sum = (of: (tree: (typeof trees)[number]) => number): number =>
    trees.reduce((total, tree) => total + of(tree), 0);
  return {
    cpuSeconds: sum((tree) => tree.cpuSeconds),
    rssBytes: sum((tree) => tree.rssBytes),
    workingRssBytes: sum((tree) => tree.workingRssBytes),
    largestRssBytes: Math.max(...trees.map((tree) => tree.workingRssBytes)),
  };
}

/** What a contender used. */
export interface Used {
  readonly cpuSeconds: number;
  /** Everything, spare task hosts that idle included. */
  readonly peakRssBytes: number;
  /** Workers and the task hosts at work. */
  readonly peakWorkingRssBytes: number;
  /** One worker with its task hosts at work: the largest. */
  readonly peakWorkerRssBytes: number;
}

/** Watches workers with their task hosts (or a JVM): CPU seconds between start and stop, and peaks of summed RSS. */
export class UsageWatch {
  readonly #pids: readonly number[];
  readonly #working: number;
  readonly #before: Sample;
  readonly #timer: NodeJS.Timeout;
  #peakRss = 0;
  #peakWorkingRss = 0;
  #peakWorkerRss = 0;

  private constructor(pids: readonly number[], working: number, before: Sample) {
    this.#pids = pids;
    this.#working = working;
    this.#before = before;
    this.#peakRss = before.rssBytes;
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_MS);
  }

  /** `working`: how many processes below each of these are at work; others, like a spare task host, are in the sum of all only. */
  static async start(pids: readonly number[], working: number): Promise<UsageWatch> {
    return new UsageWatch(pids, working, await sample(pids, working));
  }

  async stop(): Promise<Used> {
    clearInterval(this.#timer);
    const after = await this.#sample();
    return {
      cpuSeconds: after.cpuSeconds - this.#before.cpuSeconds,
      peakRssBytes: this.#peakRss,
      peakWorkingRssBytes: this.#peakWorkingRss,
      peakWorkerRssBytes: this.#peakWorkerRss,
    };
  }

  async #sample(): Promise<Sample> {
    const now = await sample(this.#pids, this.#working);
    this.#peakRss = Math.max(this.#peakRss, now.rssBytes);
    this.#peakWorkingRss = Math.max(this.#peakWorkingRss, now.workingRssBytes);
    this.#peakWorkerRss = Math.max(this.#peakWorkerRss, now.largestRssBytes);
    return now;
  }
}
