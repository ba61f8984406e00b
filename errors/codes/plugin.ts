import type { ErrorDefinition } from '../error-definition.ts';

/** What third-party plug-ins report, and what is reported about them. */
export const pluginCodes = {
  PLUGIN_FAILED: {
    retry: 'automatic',
    advice:
      'A third-party plug-in failed for the reason in the message; the trace shows where in its code. The task is restarted from its committed offsets. Tell the author of the plug-in if it goes on.',
  },
  PLUGIN_NEEDS_HELP: {
    retry: 'after-help',
    advice: 'A third-party plug-in cannot go on until the reason in the message is gone. Then restart the task.',
  },
  PLUGIN_CONFIG: {
    retry: 'never',
    advice: 'A third-party plug-in refuses its configuration. Correct the setting that the message names.',
  },
  PLUGIN_UNUSABLE: {
    retry: 'after-help',
    advice:
      'The folder under plugin.path that the message names does not hold what its millrace-plugin.json declares (docs/plugins.md). Correct it on every worker, then restart the workers.',
  },
} as const satisfies Record<string, ErrorDefinition>;
