import type { TableSchema } from '../../table-schema.ts';
import type { Session } from '../connection/session.ts';
import { readRelation, readType, type RelationMessage } from '../decoder/relation-message.ts';
import type { RelationPlan, Relations } from '../decoder/relation-plan.ts';
import type { Catalog } from './catalog.ts';
import type { PgTypes } from './pg-type.ts';
import { buildPlan, isDescribed, keepSchema, type PlanRules } from './plan-builder.ts';

/**
 * The tables of one replication session, each in the version that the log is at. The server describes a table before its first
 * change in a session, and again after anything about it may have changed.
 */
export class RelationRegistry implements Relations {
  readonly #rules: PlanRules;
  readonly #catalog: Catalog;
  readonly #plans = new Map<number, RelationPlan | null>();
  readonly #messages = new Map<number, RelationMessage>();
  /** Labels that were asked for: one that the catalog does not have (it was renamed since) is asked for once. */
  readonly #askedLabels = new Set<string>();
  /** What each version was made of, for as long as somebody has it. */
  readonly #versions = new WeakMap<TableSchema, RelationMessage>();
  #pending: RelationMessage | undefined;

  constructor(rules: PlanRules, catalog: Catalog) {
    this.#rules = rules;
    this.#catalog = catalog;
  }

  plan(oid: number): RelationPlan | null | undefined {
    return this.#plans.get(oid);
  }

  /** How the log described a version of a table; undefined: it is of another session. */
  versionOf(schema: TableSchema): { readonly relation: RelationMessage; readonly types: PgTypes } | undefined {
    const relation = this.#versions.get(schema);
    return relation === undefined ? undefined : { relation, types: this.#catalog.types.types };
  }

  define(bytes: Buffer, at: number): boolean {
    const relation = readRelation(bytes, at);
    if (!this.#rules.filter.table(relation.schema, relation.table)) {
      this.#plans.set(relation.oid, null);
      return true;
    }
    // Described for the second time: something has changed, perhaps only what the message does not tell (NOT NULL, a default).
    const news = this.#plans.has(relation.oid) || !this.#isKnown(relation);
    if (news) this.#pending = relation;
    else this.#set(relation);
    return !news;
  }

  askLabel(oid: number, label: string): boolean {
    const question = `${oid} ${label}`;
    if (this.#askedLabels.has(question)) return false;
    this.#askedLabels.add(question);
    this.#pending = this.#messages.get(oid);
    return this.#pending !== undefined;
  }

  noteType(bytes: Buffer, at: number): void {
    this.#catalog.types.note(readType(bytes, at));
  }

  /** Asks the catalog about the table for which `define` answered false. */
  async refresh(session: Session): Promise<void> {
    const relation = this.#pending;
    if (relation === undefined) return;
    await this.#catalog.refresh(
      session,
      relation.oid,
      relation.columns.map(({ typeOid }) => typeOid),
    );
    this.#pending = undefined;
    this.#set(relation);
  }

  #isKnown(relation: RelationMessage): boolean {
    const { types } = this.#catalog;
    return (
      isDescribed(relation, this.#catalog.table(relation.oid)) &&
      relation.columns.every(({ typeOid }) => types.has(typeOid))
    );
  }

  #set(relation: RelationMessage): void {
    this.#messages.set(relation.oid, relation);
    const table = this.#catalog.table(relation.oid);
    const plan = buildPlan({ relation, table, types: this.#catalog.types.types }, this.#rules);
    const kept = keepSchema(plan, this.#earlier(relation.oid));
    this.#plans.set(relation.oid, kept);
    this.#versions.set(kept.schema, relation);
  }

  #earlier(oid: number): TableSchema | undefined {
    return this.#plans.get(oid)?.schema;
  }
}
