import { INSTALLATION } from '../../connectors/postgres/ddl/ddl-trigger.ts';

/** What an administrator runs where the connector may not. */
export function ddlPage(): string {
  return [
    '# Event triggers for DDL',
    'What `millrace.ddl.capture=install` runs, for an administrator to run in the database in its place, as a superuser and in one transaction; the connector then has `millrace.ddl.capture=existing`. See [postgres.md](postgres.md#ddl). Run it again after an update that brings another version.',
    `\`\`\`sql\n${INSTALLATION.map((statement) => `${statement.trim()};`).join('\n')}\n\`\`\``,
  ].join('\n\n');
}
