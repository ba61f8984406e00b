/** Why a session that streamed was ended: tables are to be read while the stream stands still. */
export class StreamPaused extends Error {
  override readonly name = 'StreamPaused';

  constructor() {
    super('streaming pauses for a blocking snapshot');
  }
}
