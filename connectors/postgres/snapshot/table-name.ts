import pg from 'pg';

/** A table's name in the records of a snapshot: unique in the database, also where names have dots. */
export function tableName({ schema, table }: { readonly schema: string; readonly table: string }): string {
  const isPlain = (name: string): boolean => /^[a-z_][a-z0-9_]*$/.test(name);
  const part = (name: string): string => (isPlain(name) ? name : pg.escapeIdentifier(name));
  return `${part(schema)}.${part(table)}`;
}
