import { postgresSlots } from '../connectors/postgres/slot-names.ts';
import type { SlotNames, SourceConnector } from '../connectors/source-connector.ts';
import { ConnectorError } from '../errors/connector-error.ts';
import { pluginByName, type PluginName } from './plugin-names.ts';
import { PluginPath } from './plugin-path/plugin-path.ts';
import { productVersion } from './version.ts';

/** A connector that this worker can run; its code is loaded at first use, since most workers need one kind only. */
export interface PluginEntry extends PluginName {
  readonly version: string;
  /** Absent: connectors of this kind hold no slots. */
  readonly slots?: SlotNames;
  load(): Promise<SourceConnector>;
}

/** The connectors of this version. */
const builtInConnectors: readonly PluginEntry[] = [
  {
    className: 'io.debezium.connector.postgresql.PostgresConnector',
    aliases: ['postgres'],
    version: productVersion,
    slots: postgresSlots,
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

/** The connectors that configurations may name, by class or alias: built-in names first, then those of the plug-in path. */
export class PluginRegistry {
  readonly entries: readonly PluginEntry[];
  /** What else the plug-in path holds. */
  readonly path: PluginPath;
  readonly #byName: ReadonlyMap<string, PluginEntry>;

  constructor(builtIn: readonly PluginEntry[] = builtInConnectors, path: PluginPath = PluginPath.open([])) {
    const { sources } = path;
    const external = sources.entries.map((entry) => ({ ...entry, load: () => sources.load(entry) }));
    this.entries = [...builtIn, ...external];
    this.path = path;
    this.#byName = new Map([...pluginByName(external), ...pluginByName(builtIn)]);
  }

  /** With the plug-ins under the directories of `plugin.path`. */
  static open(directories: readonly string[]): PluginRegistry {
    const source = new Set(builtInConnectors.map(({ className }) => className));
    return new PluginRegistry(builtInConnectors, PluginPath.open(directories, { source }));
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
    if (/Sink/.test(name)) return `${text}. ${name} looks like a sink connector: millrace runs source connectors only`;
    const { problems } = this.path;
    if (problems.length === 0) return text;
    return `${text}. Of the plug-ins in plugin.path these could not be used: ${problems.map(({ folder, message }) => `${folder}: ${message}`).join('; ')}`;
  }
}
