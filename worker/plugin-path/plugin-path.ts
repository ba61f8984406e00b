import type { SourceConnector } from '../../connectors/source-connector.ts';
import type { ConverterPlugin, HeaderConverterPlugin } from '../../formats/converters/converter.ts';
import type { PredicatePlugin, TransformPlugin } from '../../transforms/transform.ts';
import type { DeclaredPlugin } from './declared-plugin.ts';
import { distinctPlugins, type BuiltInClasses } from './distinct-plugins.ts';
import { ExternalPlugins } from './external-plugins.ts';
import { readManifests, type PluginProblem } from './read-manifests.ts';

/**
 * The third-party plug-ins under the directories of `plugin.path`, as they were when it was opened. Nothing of theirs runs before
 * a configuration names one of them.
 */
export class PluginPath {
  readonly problems: readonly PluginProblem[];
  readonly sources: ExternalPlugins<SourceConnector>;
  readonly transforms: ExternalPlugins<TransformPlugin>;
  readonly predicates: ExternalPlugins<PredicatePlugin>;
  readonly converters: ExternalPlugins<ConverterPlugin>;
  readonly headerConverters: ExternalPlugins<HeaderConverterPlugin>;

  private constructor(directories: readonly string[], builtIn: BuiltInClasses) {
    const { plugins, problems } = distinctPlugins(readManifests(directories), builtIn);
    this.problems = problems;
    const ofType = (type: DeclaredPlugin['type']) => plugins.filter((plugin) => plugin.type === type);
    const shapes = () => import('./plugin-shapes.ts');
    const parts = () => import('./guarded-parts.ts');
    let sdkKnown: Promise<void> | undefined;
    const exportOf = async (plugin: DeclaredPlugin): Promise<unknown> => {
      await (sdkKnown ??= import('./sdk-resolution.ts').then(({ resolveSdk }) => resolveSdk()));
      return (await import('./load-export.ts')).loadExport(plugin);
    };
    this.sources = new ExternalPlugins(ofType('source'), 'Connector', async (plugin) => {
      const [{ asSource }, { guardedConnector }] = await Promise.all([shapes(), import('./guarded-connector.ts')]);
      return guardedConnector(plugin, asSource(plugin, await exportOf(plugin)));
    });
    this.transforms = new ExternalPlugins(ofType('transformation'), 'Transformation', async (plugin) => {
      const [{ asTransform }, { guardedTransform }] = await Promise.all([shapes(), parts()]);
      return guardedTransform(plugin, asTransform(plugin, await exportOf(plugin)));
    });
    this.predicates = new ExternalPlugins(ofType('predicate'), 'Predicate', async (plugin) => {
      const [{ asPredicate }, { guardedPredicate }] = await Promise.all([shapes(), parts()]);
      return guardedPredicate(plugin, asPredicate(plugin, await exportOf(plugin)));
    });
    this.converters = new ExternalPlugins(ofType('converter'), 'Converter', async (plugin) => {
      const [{ asConverter }, { guardedConverter }] = await Promise.all([shapes(), parts()]);
      return guardedConverter(plugin, asConverter(plugin, await exportOf(plugin)));
    });
    this.headerConverters = new ExternalPlugins(ofType('header_converter'), 'HeaderConverter', async (plugin) => {
      const [{ asHeaderConverter }, { guardedHeaderConverter }] = await Promise.all([shapes(), parts()]);
      return guardedHeaderConverter(plugin, asHeaderConverter(plugin, await exportOf(plugin)));
    });
  }

  /** Reads the manifests; `builtIn`: classes that the path cannot replace. No directories: no plug-ins. */
  static open(directories: readonly string[], builtIn: BuiltInClasses = {}): PluginPath {
    return new PluginPath(directories, builtIn);
  }
}
