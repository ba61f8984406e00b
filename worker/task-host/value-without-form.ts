import { ConnectorError } from '../../errors/connector-error.ts';

/** Whether an error says that a change has no form under the given settings, and nothing else. */
export function hasNoForm(error: unknown): boolean {
  return error instanceof ConnectorError && error.code === 'VALUE_WITHOUT_FORM';
}
