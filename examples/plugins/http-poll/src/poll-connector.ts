import { PluginError, settingValues, type SourcePlugin } from 'millrace/sdk';
import { pollSettings } from './poll-settings.ts';
import { PollTask } from './poll-task.ts';

/** Items of HTTP services, each with an id that grows. */
export const pollConnector: SourcePlugin = {
  settings: pollSettings,

  validate(config) {
    const { urls } = settingValues(pollSettings, config);
    const wrong = urls.filter((url) => !URL.canParse(url));
    return Promise.resolve(wrong.map((url) => ({ setting: 'urls', message: `${url} is no URL` })));
  },

  /** The addresses are dealt out over the tasks. */
  taskConfigs(config, maxTasks) {
    const { urls } = settingValues(pollSettings, config);
    const count = Math.min(maxTasks, urls.length);
    return Array.from({ length: count }, (_, task) => ({
      ...config,
      urls: urls.filter((_url, index) => index % count === task).join(','),
    }));
  },

  createTask: (context) => new PollTask(context),

  checkOffsets(_config, offsets) {
    for (const { partition, offset } of offsets)
      if (typeof partition['url'] !== 'string' || (offset !== null && offset['id'] === undefined))
        throw new PluginError('PLUGIN_CONFIG', 'offsets here are {"url": U} with {"id": N}');
  },
};
