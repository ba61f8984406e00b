import { TaskHost } from '../../../worker/task-host/task-host.ts';
import { counterPlugins } from './counter-connector.ts';

/** The task host of the tests: the real one, with the counter as its only connector. */
const plugins = counterPlugins();
new TaskHost(() => plugins).listen();
