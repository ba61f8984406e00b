import type { TaskLog } from '../../connectors/source-connector.ts';
import { configInfos, refusalText, type ConfigInfos } from './config-infos.ts';
import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { ChangeOrigin } from '../../config-topics/records/revision-record.ts';
import type { RevisionNote } from '../../config-topics/revision-plan.ts';
import type { Config } from './config-equality.ts';
import type { ConnectorResolver } from './connector-resolver.ts';
import type { InitialState } from './herder-port.ts';
import type { LeaderWrites } from './leader-writes.ts';
import { unmaskConfig, type IsSecret } from './masked-config.ts';
import { validateResolved } from './resolved-validation.ts';
import { RestError } from './rest-error.ts';
import type { SerialQueue } from './serial-queue.ts';
import type { TargetState } from '../../config-topics/records/target-state-record.ts';
import { withoutNulls, type GivenConfig, type Validator } from './validation.ts';

/** Writes of connectors to the config topic; each settles once this worker has read it back. */
interface ConnectorWriter {
  /** The state, if given, comes first: the connector never runs for a moment in another one. */
  putConnector(
    name: string,
    config: Config,
    change: { readonly initialState?: TargetState | undefined; readonly note: RevisionNote },
  ): Promise<void>;
  removeConnector(name: string, note: RevisionNote): Promise<void>;
  /** Revisions of connectors that were deleted long ago. */
  removeExpiredRevisions(): Promise<void>;
}

export interface ConnectorRequestParts {
  readonly queue: SerialQueue;
  readonly leader: LeaderWrites;
  readonly writer: ConnectorWriter;
  readonly view: () => ConfigSnapshot;
  readonly validator: Validator;
  readonly resolver: ConnectorResolver;
  readonly isSecret: (config: GivenConfig) => Promise<IsSecret>;
  readonly log: TaskLog;
  /** Aborted when the worker stops. */
  readonly signal: AbortSignal;
}

/** Longest that a connector may take to check a configuration against its source; REST gives up after 90 s. */
const validationMs = 80_000;

/** Creating, replacing and removing connectors. The check of a configuration runs outside the queue: it may ask a slow source. */
export class ConnectorRequests {
  readonly #parts: ConnectorRequestParts;

  constructor(parts: ConnectorRequestParts) {
    this.#parts = parts;
  }

  async create(
    name: string,
    config: GivenConfig,
    { initialState, origin }: { readonly initialState: InitialState | undefined; readonly origin: ChangeOrigin },
  ): Promise<void> {
    const { queue, leader, view, signal } = this.#parts;
    leader.requireLeader();
    const checked = await this.#checked(name, { ...config, name });
    await queue.run(writing(name), async () => {
      await leader.ready(signal);
      if (view().connectors.has(name)) throw new RestError(409, `Connector ${name} already exists`);
      await this.#put(name, checked, {
        initialState: initialState === undefined ? undefined : targetOf(initialState),
        note: { change: 'created', origin },
      });
    });
  }

  /** Answers whether the connector was created. */
  async put(
    name: string,
    config: GivenConfig,
    note: Partial<RevisionNote> & Pick<RevisionNote, 'origin'>,
  ): Promise<boolean> {
    const { queue, leader, view, signal } = this.#parts;
    leader.requireLeader();
    const checked = await this.#checked(name, { ...config, name });
    return queue.run(writing(name), async () => {
      await leader.ready(signal);
      const created = !view().connectors.has(name);
      await this.#put(name, checked, { note: { change: created ? 'created' : 'replaced', ...note } });
      return created;
    });
  }

  /** Merges over the newest configuration; what is written is what was checked. */
  async patch(name: string, patch: GivenConfig, origin: ChangeOrigin): Promise<void> {
    const { queue, leader, view, signal } = this.#parts;
    leader.requireLeader();
    for (;;) {
      const before = view().connectors.get(name)?.config;
      if (before === undefined) throw new RestError(404, `Connector ${name} not found`);
      const merged = { name, ...before, ...(await this.#unmasked(patch, before)) };
      const checked = await this.#checked(name, withoutNulls(merged));
      const written = await queue.run(writing(name), async () => {
        await leader.ready(signal);
        if (view().connectors.get(name)?.config !== before) return false;
        await this.#put(name, checked, { note: { change: 'patched', origin } });
        return true;
      });
      if (written) return;
    }
  }

  delete(name: string, origin: ChangeOrigin): Promise<void> {
    const { queue, leader, view, writer, signal } = this.#parts;
    return queue.run(`removing the config for connector ${name} from the config topic`, async () => {
      await leader.ready(signal);
      if (!view().connectors.has(name)) throw new RestError(404, `Connector ${name} not found`);
      await leader.write(signal, () => writer.removeConnector(name, { change: 'deleted', origin }));
      await leader.write(signal, () => writer.removeExpiredRevisions());
    });
  }

  /** The answer of the validation endpoint; nothing is written. */
  async validate(config: GivenConfig): Promise<ConfigInfos> {
    const { validator, resolver, view } = this.#parts;
    const name = config['name'];
    const stored = typeof name === 'string' ? view().connectors.get(name)?.config : undefined;
    const unmasked = await this.#unmasked(config, stored);
    const result = await validateResolved(validator, { resolver, config: unmasked }, this.#deadline());
    return configInfos(result);
  }

  async #put(
    name: string,
    config: Config,
    change: { readonly initialState?: TargetState | undefined; readonly note: RevisionNote },
  ): Promise<void> {
    const { leader, writer, signal } = this.#parts;
    await leader.write(signal, () => writer.putConnector(name, config, change));
  }

  /** The configuration as it is to be stored. RestError 400 with Connect's list of errors. */
  async #checked(name: string, config: GivenConfig): Promise<Config> {
    const { validator, resolver, view, log } = this.#parts;
    const given = await this.#unmasked(config, view().connectors.get(name)?.config);
    const result = await validateResolved(validator, { resolver, config: given }, this.#deadline());
    const refusal = refusalText(configInfos(result));
    if (refusal !== undefined) throw new RestError(400, refusal);
    for (const { key, nearest } of result.unknown)
      log.warn(
        { connector: name, setting: key, ...(nearest === undefined ? {} : { nearest }) },
        nearest === undefined
          ? 'connector configuration: unknown setting, without effect'
          : 'connector configuration: unknown setting, without effect; was the nearest known one meant?',
      );
    for (const reason of result.withoutEffect)
      log.warn({ connector: name, reason }, 'connector configuration: setting without effect');
    return withoutNulls(given);
  }

  async #unmasked(config: GivenConfig, stored: Config | undefined): Promise<GivenConfig> {
    return unmaskConfig(config, stored, await this.#parts.isSecret({ ...stored, ...config }));
  }

  #deadline(): AbortSignal {
    return AbortSignal.any([this.#parts.signal, AbortSignal.timeout(validationMs)]);
  }
}

function writing(name: string): string {
  return `writing a config for connector ${name} to the config topic`;
}

function targetOf(state: InitialState): TargetState {
  return state === 'RUNNING' ? 'STARTED' : state;
}
