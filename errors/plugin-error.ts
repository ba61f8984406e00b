import { ConnectorError } from './connector-error.ts';

/**
 * What is to happen after the failure. PLUGIN_FAILED: the task is started again by itself, after a growing wait.
 * PLUGIN_NEEDS_HELP: it stays FAILED until somebody restarts it. PLUGIN_CONFIG: the configuration must change.
 */
export type PluginErrorCode = 'PLUGIN_FAILED' | 'PLUGIN_NEEDS_HELP' | 'PLUGIN_CONFIG';

/** The error of third-party plug-ins. Its message reaches logs, REST answers and the status topic: no secrets in it. */
export class PluginError extends ConnectorError {
  constructor(code: PluginErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(code, message, options);
  }
}
