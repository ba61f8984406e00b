import { SettingValueError } from '../../../settings/setting.ts';
import { isMapped } from './type-map.ts';

/** Names of types, with or without their schema, and the names of the types of pg_catalog that they are to be taken for. */
export type TypeAliases = ReadonlyMap<string, string>;

/** `millrace.type.aliases`: `type=known` or `schema.type=known`, separated by commas. Throws SettingValueError. */
export function typeAliases(text: string): TypeAliases {
  const aliases = new Map<string, string>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [, name, known] = /^([^=]+?)\s*=\s*([^=\s]+)$/.exec(entry) ?? [];
    if (name === undefined || known === undefined)
      throw new SettingValueError(`'${entry}' is not of the form type=known or schema.type=known`);
    if (!isMapped(known))
      throw new SettingValueError(
        `'${known}' is no type that is known here: use its name in pg_type, for instance timestamp, numeric, varchar, text or bytea`,
      );
    aliases.set(name, known);
  }
  return aliases;
}

/** What a type is to be taken for; undefined: itself. */
export function aliasOf(
  aliases: TypeAliases,
  { schema, name }: { readonly schema: string; readonly name: string },
): string | undefined {
  return aliases.get(`${schema}.${name}`) ?? aliases.get(name);
}
