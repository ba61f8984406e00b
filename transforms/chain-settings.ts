import { ConnectorError } from '../errors/connector-error.ts';
import { flag, foundClass, pluginClass, text } from '../settings/kinds.ts';
import { parseSettings } from '../settings/parse-settings.ts';
import { SettingValueError, type Setting, type SettingMap } from '../settings/setting.ts';
import { predicateConfigs, transformConfigs, type AliasConfig, type GivenConfig } from './chain-config.ts';
import { unknownPredicate } from './transform-chain.ts';
import type { TransformLookup } from './transform-lookup.ts';

/** What a plug-in of either kind has. */
interface ChainPlugin {
  readonly className: string;
  readonly version: string;
  readonly settings: SettingMap;
  readonly create: (config: Readonly<Record<string, string>>) => unknown;
}

/** The settings that the aliases of a configuration bring with them, and what they do not say by themselves. */
export interface ChainSettings {
  readonly settings: readonly Setting<unknown>[];
  readonly problems: readonly (readonly [key: string, text: string])[];
}

/** Looks at `transforms.…` and `predicates.…` of a configuration. */
export function chainSettings(config: GivenConfig, lookup: TransformLookup): ChainSettings {
  const predicates = predicateConfigs(config);
  const known = new Set(predicates.map(({ alias }) => alias));
  const parts = [
    ...transformConfigs(config).map((each): ChainSettings => {
      const find = (name: string) => lookup.transform(name);
      const group = `Transforms: ${each.alias}`;
      const layout = { group, kind: 'Transformation', own: conditionSettings, all: lookup.transforms };
      const base = aliasSettings(each, find, layout);
      return { ...base, problems: [...base.problems, ...conditionProblems(each, known)] };
    }),
    ...predicates.map((each) => {
      const find = (name: string) => lookup.predicate(name);
      const layout = { group: `Predicates: ${each.alias}`, kind: 'Predicate', own: {}, all: lookup.predicates };
      return aliasSettings(each, find, layout);
    }),
  ];
  return {
    settings: parts.flatMap(({ settings }) => settings),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

/** What every transform has beside its own settings. */
const conditionSettings = {
  predicate: text('predicate', {
    optional: true,
    importance: 'MEDIUM',
    width: 'NONE',
    documentation: 'Alias of the predicate that says to which records the transformation applies. Unset: to all.',
  }),
  negate: flag('negate', {
    default: 'false',
    importance: 'MEDIUM',
    width: 'NONE',
    documentation: 'Whether the transformation applies where the predicate does not hold.',
  }),
};

interface Layout {
  readonly group: string;
  readonly kind: string;
  readonly own: SettingMap;
  /** What can be chosen. */
  readonly all: readonly { readonly className: string }[];
}

const importances = ['HIGH', 'MEDIUM', 'LOW'];

/** Connect's order of embedded settings (ConfigDef.embed): required ones first, then by importance, then by name. */
function inOrder(left: Setting<unknown>, right: Setting<unknown>): number {
  const required = Number(right.defaultText === undefined) - Number(left.defaultText === undefined);
  const importance = importances.indexOf(left.importance) - importances.indexOf(right.importance);
  return required || importance || (left.name < right.name ? -1 : 1);
}

function aliasSettings(
  { alias, prefix, type, own }: AliasConfig,
  find: (name: string) => ChainPlugin | undefined,
  layout: Layout,
): ChainSettings {
  const { group, kind, all } = layout;
  const noun = kind.toLowerCase();
  const plugin = type === undefined ? undefined : find(type);
  // Of a class that is not there nothing more is known, its condition included.
  const maps = plugin === undefined ? [] : [plugin.settings, layout.own];
  const embedded = maps
    .flatMap((map) => Object.values(map))
    .sort(inOrder)
    .map((setting, index) => ({ ...setting, group, name: prefix + setting.name, order: index + 2 }));
  const settings = [
    foundClass(
      pluginClass(`${prefix}type`, {
        required: true,
        group,
        importance: 'HIGH',
        width: 'LONG',
        order: 0,
        displayName: `${kind} type for ${alias}`,
        recommended: all.map(({ className }) => className),
        documentation: `Class of the ${noun} '${alias}'.`,
      }),
      (name) => {
        const found = find(name);
        if (found === undefined) throw new SettingValueError(unknownClass(name, find));
        return found.className;
      },
    ),
    {
      ...text(`${prefix}plugin.version`, {
        optional: true,
        group,
        importance: 'HIGH',
        width: 'LONG',
        order: 1,
        displayName: `${kind} version for ${alias}`,
        recommended: plugin === undefined ? [] : [plugin.version],
        documentation: `Version of the ${noun} '${alias}'. There is one version of each, so this has no effect.`,
      }),
      defaultText: plugin?.version ?? null,
    },
    ...embedded,
  ];
  const reason = plugin === undefined ? undefined : refusal(plugin, own);
  const key = `${prefix}type`;
  return {
    settings,
    problems: reason === undefined ? [] : [[key, `Invalid value ${type ?? ''} for configuration ${key}: ${reason}`]],
  };
}

/** What the plug-in has against settings each of which is right by itself. */
function refusal(plugin: ChainPlugin, own: Readonly<Record<string, string>>): string | undefined {
  if (parseSettings(plugin.settings, own).problems.size > 0) return undefined;
  try {
    plugin.create(own);
    return undefined;
  } catch (error) {
    if (error instanceof ConnectorError) return error.message;
    throw error;
  }
}

function unknownClass(name: string, find: (name: string) => unknown): string {
  const variants = [`${name}$Key`, `${name}$Value`].filter((variant) => find(variant) !== undefined);
  const hint = variants.length === 0 ? '' : ` Did you mean ${variants.join(' or ')}?`;
  return `Class ${name} could not be found.${hint}`;
}

function conditionProblems(
  { prefix, predicate, negate }: { prefix: string; predicate: string | undefined; negate: string | undefined },
  known: ReadonlySet<string>,
): (readonly [string, string])[] {
  const key = `${prefix}predicate`;
  if (predicate !== undefined)
    return known.has(predicate)
      ? []
      : [[key, `Invalid value ${predicate} for configuration ${key}: ${unknownPredicate}`]];
  if (negate === undefined) return [];
  return [
    [
      `${prefix}negate`,
      `Config '${prefix}negate' was provided but there is no config '${key}' defining a predicate to be negated.`,
    ],
  ];
}
