import { z } from 'zod';

/** The answer of GET /connectors/{name}/offsets. */
export const connectorOffsets = z.object({
  offsets: z.array(
    z.object({
      partition: z.record(z.string(), z.unknown()),
      offset: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
});
export type ConnectorOffsets = z.infer<typeof connectorOffsets>['offsets'];

/** Whether an offset is stored that is not one of a snapshot. */
export function isStreaming(offsets: ConnectorOffsets): boolean {
  return offsets.some(({ offset }) => offset !== null && offset['lsn'] !== undefined && !('snapshot' in offset));
}

/** Whether it is stored where the changes begin that follow the snapshot: later ones come, whatever happens. */
export function hasBegun(offsets: ConnectorOffsets): boolean {
  return offsets.some(
    ({ offset }) => offset?.['millrace.state'] === 'snapshot' || offset?.['millrace.state'] === 'stream',
  );
}

/** What incremental snapshots have still to read; undefined: nothing. */
export function queueOf(offsets: ConnectorOffsets): Readonly<Record<string, unknown>> | undefined {
  return offsets.find(({ partition }) => partition['millrace.incremental'] === 'queue')?.offset ?? undefined;
}

/** Whether the table is among those that the stored filters name: if it was to be read, that is in the queue since. */
export function hasNoticed(offsets: ConnectorOffsets, table: string): boolean {
  const filters = offsets.find(({ partition }) => partition['millrace.incremental'] === 'filters')?.offset;
  const lists = z.object({ 'millrace.filters': z.string() }).safeParse(filters);
  if (!lists.success) return false;
  const { 'table.include.list': included } = z
    .object({ 'table.include.list': z.string() })
    .parse(JSON.parse(lists.data['millrace.filters']));
  return included.split(',').includes(table);
}

/** Whether the signal at this offset of its topic was obeyed. */
export function hasTaken(offsets: ConnectorOffsets, topic: string, offset: bigint): boolean {
  const place = offsets.find(({ partition }) => partition['millrace.signals'] === topic)?.offset;
  const stored = z.object({ offset: z.coerce.bigint() }).safeParse(place);
  return stored.success && stored.data.offset >= offset;
}
