import type { SecretValues } from '../providers/secret-values.ts';
import type { FromHost } from './messages.ts';

/** A message to the worker without the values of configuration providers: what it says goes to logs and statuses. */
export function redactMessage(message: FromHost, secretValues: SecretValues): FromHost {
  if (message.type === 'log')
    return {
      ...message,
      fields: secretValues.redactFields(message.fields),
      message: secretValues.redact(message.message),
    };
  if (message.type !== 'failed') return message;
  const { failure } = message;
  const { message: text, trace } = failure;
  return {
    ...message,
    failure: { ...failure, message: secretValues.redact(text), trace: secretValues.redact(trace) },
  };
}
