/**
 * A process that writes without ever committing, until it is killed: `sender-victim.ts BOOTSTRAP TOPIC
 * TRANSACTIONAL_ID`.
 */
import { recordOf } from '../../kafka/sender/encoded-record.ts';
import { clusterOf, openSender } from './sender-fixture.ts';

const [, , bootstrap = '', topic = '', transactionalId = ''] = process.argv;
const sender = await openSender(clusterOf(bootstrap), { transactionalId });
const records = await sender.topic(topic, { signal: AbortSignal.timeout(20_000) });
setInterval(() => records.append(recordOf(Buffer.from('a'), Buffer.from('never committed'))), 5);
