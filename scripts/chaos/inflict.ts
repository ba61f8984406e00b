import { changeConfig, pauseConnector, recreateConnector, restartConnector } from './connector-faults.ts';
import { BROKERS, locksOf, type Fault } from './fault.ts';
import { at, type Field } from './field.ts';
import { addTable, askSnapshot, snapshotAnew } from './snapshot-faults.ts';
import { downBroker, freezeBroker, restartDatabase, untilInSync } from './server-faults.ts';
import { cutRequests, cutWire, delayWire, holdWire } from './wire-faults.ts';
import { downWorker, freezeWorker, killHost, rollingRestart } from './worker-faults.ts';

/** Settles when what the fault broke has recovered as well, so that the same thing may break again. */
export async function recovered(field: Field, fault: Fault): Promise<void> {
  if (locksOf(fault, field.workers.length).includes(BROKERS)) await untilInSync(field);
}

/** Does what the fault says, and mends it; settles when all that it took away is there again. */
export async function inflict(field: Field, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'worker-kill':
    case 'worker-stop':
      return downWorker(field, fault);
    case 'worker-freeze':
      return freezeWorker(field, fault);
    case 'host-kill':
      return killHost(field, fault);
    case 'rolling-restart':
      return rollingRestart(field);
    case 'broker-kill':
    case 'broker-stop':
      return downBroker(field, fault);
    case 'broker-freeze':
      return freezeBroker(field, fault);
    case 'broker-stall':
      return holdWire(field, at(field.brokerWires, fault.broker), fault.ms);
    case 'broker-cut':
      cutWire(field, at(field.brokerWires, fault.broker), fault.percent);
      return;
    case 'broker-request-cut':
      return cutRequests(field, fault);
    case 'broker-delay':
      return delayWire(field, at(field.brokerWires, fault.broker), fault);
    case 'database-cut':
      cutWire(field, field.databaseWire, fault.percent);
      return;
    case 'database-delay':
      return delayWire(field, field.databaseWire, fault);
    case 'database-stall':
      return holdWire(field, field.databaseWire, fault.ms);
    case 'database-restart':
      return restartDatabase(field, fault);
    case 'config-put':
      return changeConfig(field, fault);
    case 'connector-pause':
    case 'connector-stop':
      return pauseConnector(field, fault);
    case 'connector-restart':
      return restartConnector(field, fault);
    case 'connector-recreate':
      return recreateConnector(field, fault);
    case 'snapshot-by-table':
    case 'snapshot-by-topic':
    case 'snapshot-by-rest':
    case 'snapshot-by-file':
      return askSnapshot(field, fault);
    case 'table-add':
      return addTable(field, fault);
    case 'snapshot-anew':
      return snapshotAnew(field, fault);
  }
}
