import type { ConnectorConfig, SettingProblem, SourceConnector } from '../../connectors/source-connector.ts';
import type { ConnectorSettingValues } from '../connector-settings.ts';

type Given = Pick<ConnectorSettingValues, 'exactlyOnceSupport' | 'transactionBoundary'>;

const notEnabled = 'This worker does not have exactly-once source support enabled.';
const notSaid =
  'The connector does not implement the API required for preflight validation of exactly-once source support. Please consult the documentation for the connector to determine whether it supports exactly-once semantics, and then consider reconfiguring the connector to use the value "requested" for this property (which will disable this preflight check and allow the connector to be created).';
const notSupported = 'The connector does not support exactly-once semantics with the provided configuration.';
const noBoundaries =
  'The connector does not support connector-defined transaction boundaries with the given configuration. Please reconfigure it to use a different transaction boundary definition.';

/** The problem that an answer of the connector's code is, or that it could not answer. */
function problemOf(ask: () => string | undefined): string | undefined {
  try {
    return ask();
  } catch (error) {
    const text = error instanceof Error ? error.message.trim() : String(error);
    const rest = text === '' ? '; please see the worker logs for more details.' : `: ${text}`;
    return `An unexpected error occurred during validation${rest}`;
  }
}

/**
 * Whether the connector can keep what exactly.once.support=required and transaction.boundary=connector ask of it (KIP-618):
 * at most one problem for each, in Connect's words. A setting that is wrong by itself has no value here and no second problem.
 */
export function exactlyOnceProblems(
  connector: SourceConnector,
  { values, config, enabled }: { readonly values: Given; readonly config: ConnectorConfig; readonly enabled: boolean },
): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const add = (setting: string, message: string | undefined): void => {
    if (message !== undefined) problems.push({ setting, message });
  };
  if (values.exactlyOnceSupport === 'required')
    add(
      'exactly.once.support',
      problemOf(() => {
        if (!enabled) return notEnabled;
        const support = connector.exactlyOnceSupport?.(config);
        if (support === undefined) return notSaid;
        return support === 'supported' ? undefined : notSupported;
      }),
    );
  if (values.transactionBoundary === 'connector')
    add(
      'transaction.boundary',
      problemOf(() => (connector.canDefineTransactionBoundaries?.(config) === true ? undefined : noBoundaries)),
    );
  return problems;
}
