import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { until, type TestDatabase } from '../postgres/support/test-database.ts';
import { rawRequest, type RawAnswer } from '../worker/rest-fixture.ts';
import { comparable, type Answer, type Names } from './answer.ts';
import type { RequestStep, Step } from './request-script.ts';

const stateInfo = z.object({
  connector: z.object({ state: z.string() }),
  tasks: z.array(z.object({ state: z.string(), trace: z.string().optional() })),
});
const PATIENCE_MS = 40_000;
const SETTLING_MS = 8000;

/** Passing states of a cluster that settles: Connect's clients ask again (reference clients: Strimzi, Kafka UI). */
const passing = /"error_code":(409|500).*(momentarily|a rebalance is expected|conflicting operation)/s;

/** One of the two workers, with a database of its own. */
export class Side {
  readonly #url: string;
  readonly #database: TestDatabase;
  readonly #names: Names;

  constructor(url: string, database: TestDatabase) {
    this.#url = url;
    this.#database = database;
    this.#names = new Map([
      [url, '<url>'],
      [new URL(url).host, '<worker>'],
      [database.name, '<database>'],
    ]);
  }

  /** The answer, once it is more than that the cluster has not settled. */
  async answer(step: RequestStep): Promise<Answer> {
    const deadline = performance.now() + SETTLING_MS;
    let raw = await this.#call(step.method, step.path, step);
    // A state that does not pass is an answer as well.
    while (passing.test(raw.text) && performance.now() < deadline) {
      await delay(100);
      raw = await this.#call(step.method, step.path, step);
    }
    return comparable(raw, this.#names);
  }

  /** Settles when the step's state is reached. */
  async reach(step: Exclude<Step, RequestStep>): Promise<void> {
    if (step.kind === 'sql') {
      await this.#database.sql(this.#filled(step.statement));
      return;
    }
    let last = '';
    const reached = async (): Promise<boolean> => {
      if (step.kind === 'answer') {
        const raw = await this.#call('GET', step.path);
        last = `${raw.status} ${raw.text}`;
        return step.pattern.test(last);
      }
      const raw = await this.#call('GET', `/connectors/${encodeURIComponent(step.connector)}/status`);
      const state = raw.status === 200 ? stateInfo.parse(JSON.parse(raw.text)) : undefined;
      last = raw.text;
      return (
        `${state?.connector.state ?? ''}[${state?.tasks.map((task) => task.state).join(',') ?? ''}]` === step.states
      );
    };
    try {
      await until(reached, `line ${step.line}`, PATIENCE_MS);
    } catch (error) {
      throw new Error(`${this.#url}, line ${step.line}: the last answer was ${last}`, { cause: error });
    }
  }

  /** Removes every connector, so that its slot can be dropped. */
  async clear(): Promise<void> {
    const names = z.array(z.string()).parse(JSON.parse((await this.#call('GET', '/connectors')).text));
    for (const name of names) await this.#call('DELETE', `/connectors/${encodeURIComponent(name)}`);
  }

  #call(method: string, path: string, step?: RequestStep): Promise<RawAnswer> {
    const options = step?.body === undefined ? {} : { body: this.#filled(step.body) };
    return rawRequest(this.#url, method, path, { headers: { ...step?.headers }, ...options });
  }

  /** `{{pg x}}`: the settings of a connector of its own on this side's database; `{{database}}`: its name. */
  #filled(text: string): string {
    return text
      .replace(/\{\{pg (\w+)\}\}/g, (_all, slot: string) => JSON.stringify(this.#settings(slot)).slice(1, -1))
      .replaceAll('{{database}}', this.#database.name);
  }

  #settings(slot: string): Record<string, string> {
    const name = `${this.#database.name}_${slot}`;
    const config = this.#database.config({
      'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
      'plugin.name': 'pgoutput',
      'topic.prefix': name,
      'slot.name': name,
      'publication.name': name,
      'publication.autocreate.mode': 'all_tables',
      'topic.creation.default.partitions': '1',
      'topic.creation.default.replication.factor': '1',
    });
    // Ours alone; the tables of this suite have keys.
    delete config['millrace.publication.allow.tables.without.identity'];
    return config;
  }
}
