import assert from 'node:assert/strict';
import { NetworkError } from '@platformatic/kafka';
import { ConnectorError } from '../../errors/connector-error.ts';
import { CoordinatorClient } from './coordinator-client.ts';

describe('a call to the coordinator', () => {
  const failing = async (failures: Error[]): Promise<unknown> => {
    const cluster = {
      coordinator: () => Promise.reject(failures.shift() ?? new Error('nothing more was expected')),
      forgetCoordinator: () => undefined,
    };
    const options = { cluster, transactionalId: 'x', requestTimeoutMs: 1000, deliveryTimeoutMs: 60_000 };
    const call = { what: 'The end', life: new AbortController().signal, check: () => undefined };
    return await new CoordinatorClient(options).call({ ...call, send: () => Promise.resolve(1) });
  };
  const unreachable = (): ConnectorError => new ConnectorError('KAFKA_UNREACHABLE', 'not done in time');

  it('is of unknown outcome when an attempt got no answer and the timer of the search rang just before the deadline', async () => {
    await assert.rejects(failing([new NetworkError('cut'), unreachable()]), { code: 'DELIVERY_TIMED_OUT' });
  });

  it('was never sent when the first search for the coordinator found none', async () => {
    await assert.rejects(failing([unreachable()]), { code: 'KAFKA_UNREACHABLE' });
  });
});
