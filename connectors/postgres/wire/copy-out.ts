import type pg from 'pg';
import type { Session } from '../connection/session.ts';
import { MessageCutter, type ServerMessage } from './message-cutter.ts';
import { serverError } from './server-error.ts';

/** Takes the rows of a COPY … TO STDOUT. */
export interface CopyHandler {
  /** One line with its line end. The bytes may be changed and stay for as long as somebody refers to them. */
  row(line: ServerMessage): void;
  /** Everything that one read from the socket (`bytes`) completed was handed over. A promise: read on when it settles. */
  chunkEnd(bytes: number): Promise<void> | undefined;
  /** All rows of the statement were handed over, those of the next one follow. */
  statementEnd?(): void;
}

const COPY_DATA = 'd'.charCodeAt(0);
const COMMAND_COMPLETE = 'C'.charCodeAt(0);
const ERROR_RESPONSE = 'E'.charCodeAt(0);
const READY_FOR_QUERY = 'Z'.charCodeAt(0);

/**
 * Runs COPY statements on a session of `pg` and hands the rows over in place (PostgreSQL 18 manual, 54.2.6). Several go to the server
 * in one message, and end with the first that fails (54.2.2.1).
 */
export async function copyOut(
  session: Session,
  statements: string | readonly string[],
  handler: CopyHandler,
): Promise<void> {
  const { socket } = session;
  const ready = Promise.withResolvers<undefined>();
  let failure: pg.DatabaseError | undefined;
  const cutter = new MessageCutter((message) => {
    const { type, bytes, start, end } = message;
    if (type === COPY_DATA) handler.row(message);
    else if (type === COMMAND_COMPLETE) handler.statementEnd?.();
    else if (type === ERROR_RESPONSE) failure = serverError(bytes, start, end);
    else if (type === READY_FOR_QUERY) ready.resolve(undefined);
    return true;
  });
  const giveBack = session.takeOver((chunk) => {
    try {
      cutter.push(chunk);
      const room = handler.chunkEnd(chunk.length);
      if (room === undefined) return;
      socket.pause();
      room.then(() => socket.resume(), ready.reject);
    } catch (error) {
      ready.reject(error);
    }
  });
  const query = typeof statements === 'string' ? statements : statements.join(';');
  const text = Buffer.from(`Q\0\0\0\0${query}\0`, 'utf8');
  text.writeInt32BE(text.length - 1, 1);
  socket.write(text);
  try {
    await Promise.race([ready.promise, session.ended]);
  } catch (error) {
    socket.destroy(); // in the middle of a COPY there is no way back to queries
    throw error;
  }
  giveBack();
  if (failure !== undefined) throw failure;
}
