import type { ChangeEvent } from '../../connectors/change-event.ts';
import type { Format, RecordFormat } from '../../formats/format.ts';

/** So many are opened at the same time. With a single broker on two cores a topic that had to be created took 43 ms so, 65 ms one by one. */
const AT_ONCE = 20;

/** Opens what is missing of the topics that table events from this one on name, several at a time; undefined: this one is open. */
export function openTableTopics<T>(
  events: readonly ChangeEvent[],
  from: number,
  { format, open, openTopic }: TableTopicsParts<T>,
): (() => Promise<void>) | undefined {
  const missing = new Set<string>();
  for (let at = from; at < events.length && missing.size < AT_ONCE; at += 1) {
    const event = events[at];
    if (event?.kind !== 'table') break;
    const name = format.tableTopic(event.schema, event.table);
    if (!open.has(name)) missing.add(name);
    else if (at === from) return undefined;
  }
  return async () => {
    const opened = [...missing].map(async (name) => void open.set(name, await openTopic(name)));
    await Promise.all(opened);
  };
}

export interface TableTopicsParts<T> {
  readonly format: Pick<Format | RecordFormat, 'tableTopic'>;
  /** By name; is added to. */
  readonly open: Map<string, T>;
  readonly openTopic: (name: string) => Promise<T>;
}
