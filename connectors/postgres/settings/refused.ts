import { refused } from '../../../settings/refused-setting.ts';

export const refusedSettings = {
  sslFactory: refused('database.sslfactory', null, 'A Java class that makes TLS sockets.'),
  streamParameters: refused('slot.stream.params', null, 'Further options for the output plug-in.'),
  failureHandling: refused('event.processing.failure.handling.mode', 'fail', 'Leaves out what cannot be decoded.'),
  queryMode: refused('snapshot.query.mode', 'select_all', 'Other queries for the snapshot.'),
  postProcessors: refused('post.processors', null, 'Java classes that change events.'),
  converters: refused('converters', null, 'Java classes that convert columns.'),
};
