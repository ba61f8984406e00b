import type { HerderPort } from '../../worker/herder/herder-port.ts';
import { RestError } from '../../worker/herder/rest-error.ts';

/** What REST asked of the herder: `<method> <arguments as JSON>`. */
export type Calls = string[];

function bigints(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/**
 * A herder of one connector in memory, for tests of REST alone: HerderPort is our own interface, so nothing of Kafka is
 * imitated. Every method may be replaced.
 */
export function herderDouble(overrides: Partial<HerderPort> = {}): { herder: HerderPort; calls: Calls } {
  const calls: Calls = [];
  const note = (method: string, ...values: unknown[]) => calls.push(`${method} ${JSON.stringify(values, bigints)}`);
  const info = (name: string, config: Readonly<Record<string, string | null>> = {}) => ({
    name,
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, value ?? ''])),
    tasks: [{ connector: name, task: 0 }],
    type: 'source' as const,
  });
  const instance = { state: 'RUNNING' as const, worker_id: 'w:1', version: '1' };
  const status = (name: string) => ({
    name,
    connector: instance,
    tasks: [{ id: 0, ...instance, state: 'FAILED' as const, trace: 'Boom' }],
    type: 'source' as const,
  });
  const herder: HerderPort = {
    kafkaClusterId: 'kraft-1',
    health: () => Promise.resolve({ status: 'healthy', message: 'ready' }),
    connectors: () => ['inv'],
    connectorInfo: (name) => {
      note('connectorInfo', name);
      if (name === 'nope') throw new RestError(404, `Connector ${name} not found`);
      return info(name, { name, 'database.password': 'raw' });
    },
    connectorStatus: status,
    taskStatus: (name, task) => {
      note('taskStatus', name, task);
      return { id: task, ...instance };
    },
    taskConfigs: (name) => [{ id: { connector: name, task: 0 }, config: { 'task.class': 'T' } }],
    createConnector: (name, config, state) => {
      note('createConnector', name, config, state);
      return Promise.resolve(info(name, config));
    },
    putConnectorConfig: (name, config) => {
      note('putConnectorConfig', name, config);
      return Promise.resolve({ created: name.includes('new'), info: info(name, config) });
    },
    patchConnectorConfig: (name, patch) => {
      note('patchConnectorConfig', name, patch);
      return Promise.resolve(info(name, patch));
    },
    deleteConnector: (name) => Promise.resolve(void note('deleteConnector', name)),
    configRevisions: () => [],
    configRevision: (name, revision) =>
      Promise.reject(new RestError(404, `Connector ${name} has no revision ${revision}`)),
    configDiff: () => Promise.resolve({ added: {}, removed: {}, changed: {} }),
    rollBackConfig: (name, revision) => {
      note('rollBackConfig', name, revision);
      return Promise.resolve({ created: false, info: info(name, {}) });
    },
    pause: (name) => Promise.resolve(void note('pause', name)),
    resume: (name) => Promise.resolve(void note('resume', name)),
    stop: (name) => Promise.resolve(void note('stop', name)),
    restartConnector: (name) => Promise.resolve(void note('restartConnector', name)),
    restartConnectorAndTasks: (name, flags) => {
      note('restartConnectorAndTasks', name, flags);
      return Promise.resolve(status(name));
    },
    restartTask: (name, task) => Promise.resolve(void note('restartTask', name, task)),
    offsets: () =>
      Promise.resolve([{ partition: { server: 'inv' }, offset: { lsn: 9223372036854775807n, txId: 771 } }]),
    alterOffsets: (name, offsets) => {
      note('alterOffsets', name, offsets);
      return Promise.resolve('altered');
    },
    resetOffsets: () => Promise.resolve('reset'),
    sendSignal: (name, signal) => {
      note('sendSignal', name, signal);
      return Promise.resolve(signal.id ?? 'made');
    },
    topics: () => ['inv.public.items'],
    resetTopics: (name) => note('resetTopics', name),
    putTaskConfigs: (name, configs) => Promise.resolve(void note('putTaskConfigs', name, configs)),
    finish: (name, detail) => Promise.resolve(void note('finish', name, detail)),
    fenceZombies: (name) => Promise.resolve(void note('fenceZombies', name)),
    sessionKey: () => undefined,
    setClusterLogLevel: (namespace, level) => Promise.resolve(void note('setClusterLogLevel', namespace, level)),
    plugins: () =>
      Promise.resolve([
        { class: 'io.example.Source', type: 'source', version: '1' },
        { class: 'io.example.Json', type: 'converter', version: '1' },
      ]),
    pluginConfig: (plugin) => Promise.reject(new RestError(404, `Unknown plugin ${plugin}.`)),
    validate: (plugin, config) => {
      note('validate', plugin, config);
      return Promise.resolve({ name: plugin, error_count: 0, groups: [], configs: [] });
    },
    taskProgress: (name, task) => {
      throw new RestError(404, `Task ${name}-${task} not found`);
    },
    workerReport: () => ({
      worker_id: 'w:1',
      url: 'http://w:1',
      version: '1',
      rss_bytes: 1,
      connectors: [],
      hosts: [],
      tasks: [],
    }),
    dropSlot: (connector, slot, via) => {
      note('dropSlot', connector, slot, via);
      return Promise.resolve({ connector, slot, dropped: true, message: 'dropped' });
    },
    summary: (authorization, alone) => Promise.resolve(JSON.stringify({ authorization, alone })),
    measures: () => {
      throw new Error('no metrics here');
    },
    stage: () => ({ description: 'polling the group coordinator', startedAt: new Date(0) }),
    ...overrides,
  };
  return { herder, calls };
}
