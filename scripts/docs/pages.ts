import { format, resolveConfig } from 'prettier';
import { fileStreamSettings } from '../../connectors/file-stream/settings.ts';
import { loadSettings } from '../../connectors/load/settings.ts';
import { postgresSettings } from '../../connectors/postgres/settings.ts';
import { catalogue } from '../../errors/catalogue.ts';
import { columnRuleForms } from '../../formats/debezium/columns/column-rules.ts';
import { debeziumSettings } from '../../formats/debezium/settings.ts';
import { clientSettings } from '../../kafka/client-settings.ts';
import { keysWithoutEffect } from '../../worker/config/foreign-keys.ts';
import { workerSettings } from '../../worker/config/worker-settings.ts';
import type { Setting, SettingMap } from '../../settings/setting.ts';
import { connectorSettings } from '../../worker/connector-settings.ts';
import { producerSettings } from '../../worker/task-host/producer-settings.ts';
import { ddlPage } from './ddl-page.ts';
import { errorsPage } from './errors-page.ts';
import { metricsPage } from './metrics-page.ts';
import { settingsPage } from './settings-page.ts';

const generated =
  '<!-- Written by scripts/docs.ts from the definitions in the code: change those, then run it again. -->';

function byName(settings: readonly Setting<unknown>[]): SettingMap {
  return Object.fromEntries(settings.map((setting) => [setting.name, setting]));
}

function workerPage(): string {
  const own = new Set(Object.values(workerSettings).map(({ name }) => name));
  const ignored = keysWithoutEffect.map(([key, reason]) => `- \`${key}${key.endsWith('.') ? '*' : ''}\`: ${reason}.`);
  return [
    settingsPage({
      title: 'Settings of a worker',
      intro: [
        'Given in a file of Java `.properties` syntax: `millrace worker worker.properties`. Environment variables `CONNECT_…` go over the file, by the rule of the Connect images: `CONNECT_GROUP_ID` is `group.id`; `_` is a dot, `__` an underscore, `___` a dash. Without a file everything comes from the environment.',
        'All problems are reported at once, each with its line or variable. Unknown keys are kept and named in the log with the nearest known one.',
        'Settings of Kafka clients go to where they belong by their prefix: without one to the worker itself (group and the three topics), `producer.`, `consumer.` and `admin.` to what is made for connectors (a connector goes over the first with `producer.override.`). Where a prefix names no security (`security.`, `sasl.`, `ssl.`) and no brokers of its own, the security settings of the worker serve it too; Connect wants them written twice. `config.storage.`, `offset.storage.` and `status.storage.` before other names than those below are settings of the topic at its creation, e.g. `config.storage.segment.ms`.',
      ],
      settings: {
        ...workerSettings,
        ...byName(Object.values(clientSettings).filter(({ name }) => !own.has(name))),
        ...byName(Object.values(producerSettings).map((setting) => ({ ...setting, name: `producer.${setting.name}` }))),
      },
    }),
    '## Accepted without effect',
    'Settings of a Connect worker that have nothing to act on here; each is named in the log at start-up:',
    ignored.join('\n'),
  ].join('\n\n');
}

function connectorPage(): string {
  return settingsPage({
    title: 'Settings of every connector',
    intro: [
      "What a connector's configuration may hold whatever its class. The settings of the PostgreSQL connector are in [settings-postgres.md](settings-postgres.md).",
    ],
    settings: connectorSettings,
  });
}

function postgresPage(): string {
  const rules = columnRuleForms.map(({ form, effect }) => `### \`${form}\`\n\n${effect}`);
  const page = settingsPage({
    title: 'Settings of the PostgreSQL connector',
    intro: [
      'Class `io.debezium.connector.postgresql.PostgresConnector`, alias `postgres`. Names and defaults are those of the Debezium connector for PostgreSQL. What every connector takes beside these is in [settings-connector.md](settings-connector.md). An unknown setting is accepted with a warning that names the nearest known one.',
    ],
    settings: { ...byName(Object.values(postgresSettings)), ...byName(Object.values(debeziumSettings)) },
  });
  return [
    page,
    '## Masks of columns',
    'Settings whose names hold a part of what they say. The value is a list of Java regular expressions, separated by commas, of schema.table.column. Values alone are masked, never keys. For a column that several name, the first in the order below counts. A salt is shown as `[hidden]` in answers and logs.',
    ...rules,
  ].join('\n\n');
}

function fileStreamPage(): string {
  return settingsPage({
    title: 'Settings of the file connector',
    intro: [
      "Class `org.apache.kafka.connect.file.FileStreamSourceConnector`, alias `FileStreamSource`: see [small-connectors.md](small-connectors.md). Settings and offsets are those of Kafka's connector of that name; `files` and `max.line.bytes` are additions. What every connector takes beside these is in [settings-connector.md](settings-connector.md).",
    ],
    settings: fileStreamSettings,
  });
}

function loadPage(): string {
  return settingsPage({
    title: 'Settings of the load connector',
    intro: [
      'Class `millrace.LoadSourceConnector`, alias `load`: see [small-connectors.md](small-connectors.md). What every connector takes beside these is in [settings-connector.md](settings-connector.md).',
    ],
    settings: loadSettings,
  });
}

/** File name in docs/ and text of every page that is written from definitions. */
export async function docsPages(): Promise<ReadonlyMap<string, string>> {
  const pages = {
    'settings-postgres.md': postgresPage(),
    'settings-file-stream.md': fileStreamPage(),
    'settings-load.md': loadPage(),
    'settings-worker.md': workerPage(),
    'settings-connector.md': connectorPage(),
    'errors.md': errorsPage(catalogue),
    'ddl-triggers.md': ddlPage(),
    'metrics.md': metricsPage(),
  };
  const style = await resolveConfig(import.meta.filename);
  const texts = await Promise.all(
    Object.entries(pages).map(async ([file, text]) => {
      const whole = `${generated}\n\n${text}\n`;
      return [file, await format(whole, { ...style, parser: 'markdown' })] as const;
    }),
  );
  return new Map(texts);
}
