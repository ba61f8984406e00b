import type { RegexList } from '../../settings/regex-list.ts';
import { DDL_PREFIX, type DdlCapture } from './ddl/ddl-trigger.ts';
import { HEARTBEAT_PREFIX, type HeartbeatPlace } from './heartbeat/heartbeat-writer.ts';

/** The lists of prefixes of logical messages; null: no such list. */
export interface MessageLists {
  readonly messageInclude: RegexList | null;
  readonly messageExclude: RegexList | null;
  /** What the connector tells itself by messages. */
  readonly heartbeatWrite?: HeartbeatPlace;
  readonly ddlCapture?: DdlCapture;
}

const EVERYTHING = '.*';

/**
 * Which logical messages are captured, by their prefixes; without lists all of them, as with Debezium. Those about DDL by a
 * setting of their own, and heartbeats, of whichever connector, never.
 */
export function messageFilter({
  messageInclude,
  messageExclude,
  ddlCapture,
}: MessageLists): (prefix: string) => boolean {
  return (prefix) => {
    if (prefix === HEARTBEAT_PREFIX) return false;
    if (prefix === DDL_PREFIX) return capturesDdl(ddlCapture);
    return messageInclude !== null ? messageInclude.matches(prefix) : messageExclude?.matches(prefix) !== true;
  };
}

/** The oldest server_version_num whose pgoutput sends them. */
const OLDEST_VERSION = 140_000;

export function canSendMessages(version: number): boolean {
  return version >= OLDEST_VERSION;
}

/** Whether the server is to send them at all; `message.prefix.exclude.list=.*` spares it that. */
export function asksForMessages({ messageInclude, messageExclude, heartbeatWrite, ddlCapture }: MessageLists): boolean {
  if (heartbeatWrite === 'message' || capturesDdl(ddlCapture)) return true;
  return messageInclude !== null || messageExclude?.entries.includes(EVERYTHING) !== true;
}

function capturesDdl(capture: DdlCapture | undefined): boolean {
  return capture === 'existing' || capture === 'install';
}
