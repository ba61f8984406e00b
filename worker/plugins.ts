import type { SourceConnector } from '../connectors/source-connector.ts';
import { ConnectorError } from '../errors/connector-error.ts';
import { pluginByName, type PluginName } from './plugin-names.ts';
import { productVersion } from './version.ts';

/** A connector that this worker can run; its code is loaded at first use, since most workers need one kind only. */
export interface PluginEntry extends PluginName {
  readonly version: string;
  load(): Promise<SourceConnector>;
}

/** The connectors of this version. */
const builtInConnectors: readonly PluginEntry[] = [
  {
    className: 'io.debezium.connector.postgresql.PostgresConnector',
    aliases: ['postgres'],
    version: productVersion,
    load: async () => (await import('../connectors/postgres/connector.ts')).postgresConnector,
  },
  {
    className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
    aliases: [],
    version: productVersion,
    load: async () => (await import('../connectors/file-stream/connector.ts')).fileStreamConnector,
  },
  {
    className: 'millrace.LoadSourceConnector',
    aliases: ['load'],
    version: productVersion,
    load: async () => (await import('../connectors/load/connector.ts')).loadConnector,
  },
];

/** The connectors that configurations may name, by class or alias. */
export class PluginRegistry {
  readonly entries: readonly PluginEntry[];
  readonly #byName: ReadonlyMap<string, PluginEntry>;

  constructor(entries: readonly PluginEntry[] = builtInConnectors) {
    this.entries = entries;
    this.#byName = pluginByName(entries);
  }

  /** The plug-in that a class name or alias means. */
  find(name: string): PluginEntry | undefined {
    return this.#byName.get(name.trim());
  }

  /** Throws CONNECTOR_CLASS_UNKNOWN for a name that no plug-in answers to. */
  async load(name: string): Promise<SourceConnector> {
    const entry = this.find(name);
    if (entry === undefined) throw new ConnectorError('CONNECTOR_CLASS_UNKNOWN', this.unknownText(name));
    return entry.load();
  }

  /** Connect's words for an unknown class; clients look for how they begin. A sink gets its own answer. */
  unknownText(name: string): string {
    const available = this.entries.map(
      ({ className, version }) => `PluginDesc{klass=class ${className}, version='${version}', type=source}`,
    );
    const text = `Failed to find any class that implements Connector and which name matches ${name}, available connectors are: ${available.join(', ')}`;
    return /Sink/.test(name)
      ? `${text}. ${name} looks like a sink connector: millrace runs source connectors only`
      : text;
  }
}

/** Loads a built-in connector by class name or alias; for the process that runs its tasks. */
export function loadConnector(name: string): Promise<SourceConnector> {
  return new PluginRegistry().load(name);
}
