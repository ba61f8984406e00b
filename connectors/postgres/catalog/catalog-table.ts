/** A column as the catalog shows it now. */
export interface CatalogColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly typmod: number;
  readonly notNull: boolean;
  /** pg_attribute.attgenerated: empty, s stored or v virtual; such columns are not published unless the publication says so. */
  readonly generated: string;
  /** Value of a constant default, as the type prints it; undefined: none or not constant. */
  readonly defaultText: string | undefined;
  readonly computedDefault: boolean;
  /** COMMENT ON COLUMN. */
  readonly comment?: string;
}

/** That there is a table. */
export interface ListedTable {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** pg_class.relkind: r table, p partitioned table. */
  readonly kind: string;
  readonly isPartition: boolean;
}

/** A table as the catalog shows it now. */
export interface CatalogTable extends ListedTable {
  /** pg_class.relreplident. */
  readonly identity: string;
  readonly columns: readonly CatalogColumn[];
  /** In index order; empty: none. */
  readonly primaryKey: readonly string[];
  /** Column lists of the valid, immediate, complete unique indexes over NOT NULL columns, smallest first. */
  readonly uniqueKeys: readonly (readonly string[])[];
}
