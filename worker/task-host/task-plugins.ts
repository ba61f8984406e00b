import type { SourceConnector } from '../../connectors/source-connector.ts';
import { chooseConverters } from '../../formats/converters/converter-choice.ts';
import type { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import type { TransformChain } from '../../transforms/transform-chain.ts';
import type { TaskOrder, TaskPlugins } from './messages.ts';

export interface TaskPluginParts {
  readonly order: Pick<TaskOrder, 'connectorConfig' | 'workerConverters'>;
  readonly connector: Pick<SourceConnector, 'className' | 'version'>;
  readonly converters: ConverterRegistry;
  readonly chain: TransformChain | undefined;
}

type Named = Pick<SourceConnector, 'className' | 'version'>;

/** Whose code a task runs, in which versions (KIP-891). Undefined for a configuration whose converters are none. */
export function taskPlugins({ order, connector, converters, chain }: TaskPluginParts): TaskPlugins | undefined {
  const { choice } = chooseConverters(converters, order.connectorConfig, order.workerConverters);
  if (choice === undefined) return undefined;
  return {
    connector: named(connector),
    keyConverter: named(choice.key.plugin),
    valueConverter: named(choice.value.plugin),
    headerConverter: named(choice.header.plugin),
    transforms: [...(chain?.transforms ?? [])],
    predicates: [...(chain?.predicates ?? [])],
  };
}

/** Only that of a plug-in which can go to another process. */
function named({ className, version }: Named): Named {
  return { className, version };
}
