import { jsonObject } from '../../config-topics/json-text.ts';
import type { HerderPort, OffsetEntry } from '../herder/herder-port.ts';
import { RestError } from '../herder/rest-error.ts';
import { jsonAnswer, param, type Endpoint, type RestAnswer, type RestRequest } from './endpoint.ts';
import { offsetsBody, readBody } from './request-body.ts';

/** Offsets as JSON with every digit of a 64-bit integer, which JSON.stringify cannot write. */
function offsetsJson(entries: readonly OffsetEntry[]): string {
  const texts = entries.map(({ partition, offset }) => {
    const value = offset === null ? 'null' : jsonObject(offset);
    return `{"partition":${jsonObject(partition)},"offset":${value}}`;
  });
  return `{"offsets":[${texts.join(',')}]}`;
}

async function alter(herder: HerderPort, request: RestRequest): Promise<RestAnswer> {
  const { offsets } = readBody(request.body, offsetsBody, 'offsets');
  if (offsets === null || offsets === undefined || offsets.length === 0)
    throw new RestError(400, 'Partitions / offsets need to be provided for an alter offsets request');
  return jsonAnswer({ message: await herder.alterOffsets(param(request, 'connector'), offsets) });
}

/** Source offsets of a connector (KIP-875). */
export const offsetEndpoints: readonly Endpoint[] = [
  {
    path: '/connectors/:connector/offsets',
    methods: {
      GET: async (herder, request) => ({
        status: 200,
        json: offsetsJson(await herder.offsets(param(request, 'connector'))),
      }),
      PATCH: alter,
      DELETE: async (herder, request) =>
        jsonAnswer({ message: await herder.resetOffsets(param(request, 'connector')) }),
    },
  },
];
