import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { clusterSummary, type ClusterSummary, type WorkerAnswer } from '../health/cluster-summary.ts';
import { slotsWithoutConnector, type LeftSlot } from '../health/left-slots.ts';
import type { RebalanceFigures } from '../health/rebalance-meter.ts';
import type { Startups } from '../health/startup-counts.ts';
import { bodyOfTask, type TaskBody } from '../health/task-body.ts';
import type { TaskSnapshot } from '../health/task-history.ts';
import type { WorkerBody } from '../health/worker-body.ts';
import type { MeasuredTask, WorkerMeasures } from '../health/worker-measures.ts';
import { connectorOf, taskKey, taskNumberOf, type Work } from '../group/work.ts';
import type { HostReport } from '../supervisor/task-hosts.ts';
import { productVersion } from '../version.ts';
import type { Clock } from './clock.ts';
import type { ConnectorStatus } from './herder-port.ts';
import type { Membership } from './membership.ts';
import { NotLeader, RestError } from './rest-error.ts';

export interface HealthRequestParts {
  readonly clock: Clock;
  readonly log: TaskLog;
  readonly group: string;
  readonly clientId: string;
  readonly workerId: string;
  /** Takes the values of configuration providers out of a text. */
  readonly redact: (text: string) => string;
  readonly url: string;
  readonly membership: Membership;
  readonly view: () => ConfigSnapshot;
  /** RestError 404 when nothing has been reported yet. */
  readonly status: (name: string) => ConnectorStatus;
  /** REST URLs of all members, as the leader knows them; empty on others. */
  readonly memberUrls: () => readonly string[];
  readonly ownerUrl: (kind: keyof Work, item: string) => string | undefined;
  /** Asks another worker what it runs. */
  readonly askWorker: (url: string, authorization: string | undefined, signal: AbortSignal) => Promise<WorkerBody>;
  /** Asks the leader for the summary; its body as it came. */
  readonly askLeader: (url: string, authorization: string | undefined, signal: AbortSignal) => Promise<string>;
  readonly tasks: () => ReadonlyMap<string, TaskSnapshot>;
  readonly hosts: () => readonly HostReport[];
  /** What the offsets of deleted connectors say that these held. */
  readonly leftSlots: () => readonly LeftSlot[];
  readonly versionOf: (connector: string) => string | null;
  readonly connectorStartups: () => Startups;
  readonly taskStartups: () => Startups;
  /** `now`: monotonic milliseconds. */
  readonly rebalance: (now: number) => RebalanceFigures;
}

/** A worker that takes longer to say what it knows already is not well. */
const workerMs = 3000;
/** The leader asks the others first. */
const leaderMs = 5000;

/** Answers how this worker, its tasks and the cluster are. Reads what is known; waits for other workers only within a deadline. */
export class HealthRequests {
  readonly #parts: HealthRequestParts;

  constructor(parts: HealthRequestParts) {
    this.#parts = parts;
  }

  /** Answered by the owner. RestError 404 for a task that there is not, 409 while nobody owns it. */
  taskProgress(name: string, task: number): TaskBody {
    const { view, tasks, membership, ownerUrl, workerId, redact } = this.#parts;
    const key = taskKey(name, task);
    const own = tasks().get(key);
    const { session } = membership;
    if (own !== undefined) return bodyOfTask({ connector: name, task, workerId, redact }, own);
    const connector = view().connectors.get(name);
    if (connector === undefined) throw new RestError(404, `Connector ${name} not found`);
    if (task >= connector.tasks.length) throw new RestError(404, `Task ${key} not found`);
    if (session !== undefined && !session.isLeader) throw new NotLeader(session.leaderUrl);
    const owner = session === undefined ? undefined : ownerUrl('tasks', key);
    if (owner === undefined || owner === this.#parts.url)
      throw new RestError(409, `Task ${key} has no worker just now (e.g. worker rebalance)`);
    throw new NotLeader(owner);
  }

  worker(): WorkerBody {
    const { workerId, url, membership, hosts, redact } = this.#parts;
    return {
      worker_id: workerId,
      url,
      version: productVersion,
      rss_bytes: process.memoryUsage.rss(),
      connectors: [...(membership.session?.work.connectors ?? [])],
      hosts: hosts().map(({ pid, rssBytes, tasks }) => ({ pid, rss_bytes: rssBytes, tasks: [...tasks] })),
      tasks: this.#tasks().map(({ connector, task, snapshot }) =>
        bodyOfTask({ connector, task, workerId, redact }, snapshot),
      ),
    };
  }

  /** JSON text. `alone`: answered from here without asking the leader (the question came from a worker). */
  async summary(authorization: string | undefined, alone: boolean): Promise<string> {
    const { membership, askLeader, log } = this.#parts;
    const { session } = membership;
    if (session !== undefined && !session.isLeader && !alone) {
      try {
        return await askLeader(session.leaderUrl, authorization, AbortSignal.timeout(leaderMs));
      } catch (error) {
        log.warn({ leader: session.leaderUrl, err: error }, 'summary: the leader did not answer; answered from here');
        const reason = reasonOf(error);
        const leader = { answered: false, workerId: idOf(session.leaderUrl), url: session.leaderUrl, reason } as const;
        return JSON.stringify(this.#summary([this.#own(), leader]));
      }
    }
    return JSON.stringify(this.#summary([this.#own(), ...(await this.#others(authorization))]));
  }

  measures(): WorkerMeasures {
    const { clock, workerId, clientId, membership, view, hosts, versionOf } = this.#parts;
    const { session } = membership;
    const now = clock.now();
    return {
      workerId,
      clientId,
      now,
      connectors: (session?.work.connectors ?? []).flatMap((name) => {
        const config = view().connectors.get(name)?.config;
        if (config === undefined) return [];
        const state = this.#statusOf(name)?.connector.state ?? 'UNASSIGNED';
        return [{ name, config, version: versionOf(name), state: state.toLowerCase() }];
      }),
      tasks: this.#tasks(),
      hosts: hosts(),
      slotsWithoutConnector: slotsWithoutConnector(this.#parts.leftSlots(), this.worker().tasks).filter(
        ({ exists }) => exists === true,
      ),
      connectorStartups: this.#parts.connectorStartups(),
      taskStartups: this.#parts.taskStartups(),
      rebalance: this.#parts.rebalance(now),
      session,
    };
  }

  #tasks(): MeasuredTask[] {
    const { tasks, view } = this.#parts;
    return [...tasks()].map(([key, snapshot]) => {
      const connector = connectorOf(key);
      const config = view().connectors.get(connector)?.config ?? {};
      return { connector, task: taskNumberOf(key), config, snapshot };
    });
  }

  #own(): WorkerAnswer {
    return { answered: true, body: this.worker() };
  }

  #others(authorization: string | undefined): Promise<WorkerAnswer[]> {
    const { memberUrls, url, askWorker } = this.#parts;
    const asked = memberUrls().filter((member) => member !== url);
    return Promise.all(
      asked.map(async (member): Promise<WorkerAnswer> => {
        try {
          return { answered: true, body: await askWorker(member, authorization, AbortSignal.timeout(workerMs)) };
        } catch (error) {
          return { answered: false, workerId: idOf(member), url: member, reason: reasonOf(error) };
        }
      }),
    );
  }

  #summary(answers: readonly WorkerAnswer[]): ClusterSummary {
    const { group, membership, view } = this.#parts;
    return clusterSummary({
      nowMs: Date.now(),
      group,
      leaderUrl: membership.session?.leaderUrl ?? null,
      // Only the leader knows the members.
      askedAll: membership.session?.isLeader === true,
      answers,
      statuses: [...view().connectors.keys()].flatMap((name) => this.#statusOf(name) ?? []),
      leftSlots: this.#parts.leftSlots(),
    });
  }

  #statusOf(name: string): ConnectorStatus | undefined {
    try {
      return this.#parts.status(name);
    } catch (error) {
      if (error instanceof RestError && error.status === 404) return undefined; // not reported yet
      throw error;
    }
  }
}

function idOf(url: string): string {
  return new URL(url).host;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
