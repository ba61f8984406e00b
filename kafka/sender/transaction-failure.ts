import { ConnectorError } from '../../errors/connector-error.ts';
import { classify, kafkaErrorCodes, kafkaErrorText } from '../error-class.ts';
import { kafkaFailure } from '../kafka-failure.ts';

/**
 * What a failed call to the transaction's coordinator means: `soon`: the transaction before is still being ended;
 * `again`; `elsewhere`: ask who coordinates now; `unknown`: the same, and whether the call took effect is not known;
 * else the end.
 */
export type TransactionFailure = 'soon' | 'again' | 'elsewhere' | 'unknown' | ConnectorError;

const CONCURRENT_TRANSACTIONS = 51;
const OPERATION_NOT_ATTEMPTED = 55;
const INVALID_TRANSACTION_TIMEOUT = 50;

// 48 INVALID_TXN_STATE, 49 INVALID_PRODUCER_ID_MAPPING, 59 UNKNOWN_PRODUCER_ID, 120 TRANSACTION_ABORTABLE.
const lostCodes: ReadonlySet<number> = new Set([48, 49, 59, 120]);
const fencedCodes: ReadonlySet<number> = new Set([47, 90]);
// 55 stands beside the partition whose error counts.
const againCodes: ReadonlySet<number> = new Set([3, 5, 6, 9, OPERATION_NOT_ATTEMPTED]);

export function transactionFailure(error: unknown, where: string): TransactionFailure {
  if (error instanceof ConnectorError) return error;
  const codes = kafkaErrorCodes(error);
  const has = (set: ReadonlySet<number>): boolean => codes.some((code) => set.has(code));
  const ended = (code: 'FENCED' | 'TRANSACTION_LOST' | 'CONFIG_INVALID', text: string): ConnectorError =>
    new ConnectorError(code, `${where}: ${text} (${kafkaErrorText(error)})`, { cause: error });
  if (has(fencedCodes)) return ended('FENCED', 'another producer took over, or the broker ended the transaction');
  if (has(lostCodes)) return ended('TRANSACTION_LOST', 'the coordinator does not have this transaction');
  if (codes.includes(INVALID_TRANSACTION_TIMEOUT))
    return ended('CONFIG_INVALID', "transaction.timeout.ms is above the broker's transaction.max.timeout.ms");
  if (codes.includes(CONCURRENT_TRANSACTIONS)) return 'soon';
  if (codes.length > 0 && codes.every((code) => againCodes.has(code))) return 'again';
  switch (classify(error)) {
    case 'coordinator':
      return 'elsewhere';
    case 'network':
    case 'timeout':
      return 'unknown';
    case 'retriable':
    case 'not-leader':
      return 'again';
    default:
      return kafkaFailure(error, where);
  }
}
