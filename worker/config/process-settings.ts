import { atLeast, between, choice, integer, list } from '../../settings/kinds.ts';

const group = 'Process';

/** The worker's process and its task hosts. */
export const processSettings = {
  taskHostsMax: integer('task.hosts.max', 'INT', {
    optional: true,
    group,
    check: atLeast(1),
    documentation:
      'Most child processes that run tasks. Up to this number every task has a process of its own; beyond it tasks share the least loaded one. Unset: twice the number of processors.',
  }),
  taskHostsSpare: integer('task.hosts.spare', 'INT', {
    default: '1',
    group,
    importance: 'LOW',
    check: between(0, 1),
    documentation:
      'Idle task hosts kept started, so that a task that moves here begins at once. One costs about 60 MB; it is started once the cluster has a connector.',
  }),
  taskHostsHeapMaxMb: integer('task.hosts.heap.max.mb', 'INT', {
    optional: true,
    group,
    importance: 'LOW',
    check: atLeast(64),
    documentation:
      'Most JavaScript heap of one task host in megabytes (buffers not counted). A host that needs more ends alone, and its tasks are restarted. Unset: the default of Node.js for the machine.',
  }),
  pluginPath: list('plugin.path', {
    default: '',
    group,
    documentation:
      'Directories of third-party plug-ins, separated by commas. Each direct child directory with a `millrace-plugin.json` is one plug-in, with node_modules of its own; other children (plug-ins of a Java worker) are left alone. Read when the worker starts: see docs/plugins.md.',
  }),
  logLevel: choice('log.level', ['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
    default: 'info',
    group,
    importance: 'LOW',
    documentation: 'Least severe log lines written. With debug, errors at start-up carry their stack trace.',
  }),
};
