import { atLeast, integer, list, text } from 'millrace/sdk';

const group = 'HTTP poll';

/** One definition each: parsing, validation and what GET /connector-plugins/…/config shows come from it. */
export const pollSettings = {
  urls: list('urls', {
    group,
    required: true,
    importance: 'HIGH',
    documentation: 'Addresses that answer with a JSON array of {"id": number, "text": string}, newer than ?after=ID.',
  }),
  topic: text('topic', { group, required: true, importance: 'HIGH', documentation: 'Topic of the records.' }),
  everyMs: integer('poll.every.ms', 'INT', {
    group,
    default: '1000',
    documentation: 'Wait between two requests to one address, milliseconds.',
    check: atLeast(1),
  }),
};
