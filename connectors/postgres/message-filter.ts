import type { RegexList } from '../../settings/regex-list.ts';

/** The lists of prefixes of logical messages; null: no such list. */
export interface MessageLists {
  readonly messageInclude: RegexList | null;
  readonly messageExclude: RegexList | null;
}

const EVERYTHING = '.*';

/** Which logical messages are captured, by their prefixes; without lists all of them, as with Debezium. */
export function messageFilter({ messageInclude, messageExclude }: MessageLists): (prefix: string) => boolean {
  return (prefix) =>
    messageInclude !== null ? messageInclude.matches(prefix) : messageExclude?.matches(prefix) !== true;
}

/** Whether the server is to send them at all; `message.prefix.exclude.list=.*` spares it that. */
export function asksForMessages({ messageInclude, messageExclude }: MessageLists): boolean {
  return messageInclude !== null || messageExclude?.entries.includes(EVERYTHING) !== true;
}
