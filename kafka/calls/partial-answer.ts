import { ResponseError } from '@platformatic/kafka';

/**
 * The answer of a call although parts of it carry error codes: the library throws as soon as one topic or partition has an
 * error, with the decoded answer in the error. Anything else that went wrong is thrown on.
 */
export async function partialAnswer<T extends object>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    // The library fills `response` with what the parser of this same call returned, so it is a T.
    if (error instanceof ResponseError && typeof error['response'] === 'object') return error['response'] as T;
    throw error;
  }
}
