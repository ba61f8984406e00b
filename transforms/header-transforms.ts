import { list, text } from '../settings/kinds.ts';
import { layout, notEmptyList } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { parseLiteral } from './header-literal.ts';
import { apacheTransform } from './plugin-definition.ts';

const dropSettings = {
  headers: list('headers', {
    ...layout,
    required: true,
    importance: 'HIGH',
    check: notEmptyList,
    documentation: 'Names of the headers to remove.',
  }),
};

/** Removes all headers of the given names. */
export const dropHeaders = apacheTransform({
  simpleName: 'DropHeaders',
  settings: dropSettings,
  create: (config) => {
    const names = new Set(parsedConfig(dropSettings, config).headers);
    return {
      apply: (record) => ({ ...record, headers: record.headers.filter(({ key }) => !names.has(key)) }),
    };
  },
});

const insertSettings = {
  header: text('header', {
    ...layout,
    required: true,
    importance: 'HIGH',
    documentation: 'Name of the header.',
  }),
  literal: text('value.literal', {
    ...layout,
    required: true,
    importance: 'HIGH',
    documentation: 'The value of the header on all records; its type is inferred from its text.',
  }),
};

/** Adds a header with the same value to every record. */
export const insertHeader = apacheTransform({
  simpleName: 'InsertHeader',
  settings: insertSettings,
  create: (config) => {
    const values = parsedConfig(insertSettings, config);
    const header = { key: values.header, ...parseLiteral(values.literal) };
    return { apply: (record) => ({ ...record, headers: [...record.headers, header] }) };
  },
});
