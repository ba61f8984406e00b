import type { EncodedHeader } from '../encoded-record.ts';

/** Who writes: the connector (topic.prefix), its task, and this run of the task. */
export interface RunIdentity {
  readonly logicalName: string;
  readonly task: number;
  /** Of the kind of source: `postgresql`. */
  readonly source: string;
  /** A UUID of this start of the task. */
  readonly runId: string;
}

/** The headers that Debezium adds to every record unless extended.headers.enabled is false, in its order. */
export function contextHeaders({ logicalName, task, source, runId }: RunIdentity): readonly EncodedHeader[] {
  return [
    ['connectorLogicalName', logicalName],
    ['taskId', String(task)],
    ['connectorName', source],
    ['runId', runId],
  ].map(([name = '', value = '']) => ({ key: `__debezium.context.${name}`, value: Buffer.from(value, 'utf8') }));
}
