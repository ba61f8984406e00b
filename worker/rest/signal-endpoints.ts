import { jsonAnswer, param, type Endpoint } from './endpoint.ts';
import { readBody, signalBody } from './request-body.ts';

/** Signals for a running connector: ours, beside Debezium's channels. */
export const signalEndpoints: readonly Endpoint[] = [
  {
    path: '/connectors/:connector/signals',
    methods: {
      POST: async (herder, request) => {
        const { id, type, data } = readBody(request.body, signalBody);
        const text =
          data === undefined || data === null ? null : typeof data === 'string' ? data : JSON.stringify(data);
        const given = await herder.sendSignal(param(request, 'connector'), { id: id ?? undefined, type, data: text });
        return jsonAnswer({ id: given }, 202);
      },
    },
  },
];
