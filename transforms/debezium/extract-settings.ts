import { choice, flag, list, text } from '../../settings/kinds.ts';
import { SettingValueError } from '../../settings/setting.ts';
import { EnvelopeField } from './envelope-field.ts';

const layout = { group: 'Transforms', importance: 'LOW' } as const;

function fieldsProblem(entries: readonly string[]): string | undefined {
  try {
    for (const entry of entries) new EnvelopeField('', entry);
    return undefined;
  } catch (error) {
    if (error instanceof SettingValueError) return error.message;
    throw error;
  }
}

/** What ExtractNewRecordState is told (Debezium 3.5). */
export const extractSettings = {
  deletes: choice(
    'delete.tombstone.handling.mode',
    ['tombstone', 'drop', 'rewrite', 'rewrite-with-tombstone', 'delete-to-tombstone'],
    {
      ...layout,
      default: 'tombstone',
      importance: 'MEDIUM',
      displayName: 'Handle delete and tombstone records',
      documentation:
        'What becomes of a delete and the tombstone behind it. tombstone: the delete becomes a record without value that keeps its schema; delete-to-tombstone: without schema, too; drop: neither goes on; rewrite: the delete becomes the old row with `__deleted` true; rewrite-with-tombstone: and the tombstone goes on.',
    },
  ),
  routeByField: text('route.by.field', {
    ...layout,
    default: '',
    width: 'LONG',
    displayName: 'Route by field name',
    documentation: 'Column whose value becomes the topic of its record. Empty: topics stay.',
  }),
  addFieldsPrefix: text('add.fields.prefix', {
    ...layout,
    default: '__',
    width: 'SHORT',
    documentation: 'What the names of added fields begin with.',
  }),
  addFields: list('add.fields', {
    ...layout,
    default: '',
    check: fieldsProblem,
    documentation:
      'Fields of the envelope that become fields of the record, as `op`, `source.lsn` or, with another name, `lsn:position`.',
  }),
  addHeadersPrefix: text('add.headers.prefix', {
    ...layout,
    default: '__',
    width: 'SHORT',
    documentation: 'What the names of added headers begin with.',
  }),
  addHeaders: list('add.headers', {
    ...layout,
    default: '',
    check: fieldsProblem,
    documentation: 'Fields of the envelope that become headers; written as in add.fields.',
  }),
  dropFieldsHeaderName: text('drop.fields.header.name', {
    ...layout,
    optional: true,
    width: 'SHORT',
    check: () => 'dropping fields by a header is not part of this version; use ReplaceField with exclude',
    documentation: 'Header that lists fields to drop. Not part of this version: must be unset.',
  }),
  dropFieldsFromKey: flag('drop.fields.from.key', {
    ...layout,
    default: 'false',
    documentation: 'Belongs to drop.fields.header.name, see there.',
  }),
  dropFieldsKeepSchemaCompatible: flag('drop.fields.keep.schema.compatible', {
    ...layout,
    default: 'true',
    documentation: 'Belongs to drop.fields.header.name, see there.',
  }),
};
