import { jsonAnswer, param, type Endpoint } from './endpoint.ts';

/** What deleted connectors have left on their sources; `GET /summary` lists it. */
export const slotEndpoints: readonly Endpoint[] = [
  {
    path: '/slots-without-connector/:connector/:slot',
    methods: {
      DELETE: async (herder, request) =>
        jsonAnswer(
          await herder.dropSlot(param(request, 'connector'), param(request, 'slot'), request.query.get('via')),
        ),
    },
  },
];
