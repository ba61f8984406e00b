import type { PluginName } from '../plugin-names.ts';
import type { PluginType } from './plugin-manifest.ts';

/** What a manifest says of one plug-in; its code is not loaded for that. */
export interface DeclaredPlugin extends PluginName {
  readonly type: PluginType;
  /** Of the manifest. */
  readonly version: string;
  readonly folder: string;
  /** Path within the folder. */
  readonly module: string;
  readonly export: string;
}

/** As messages name it. */
export function nameOf({ className, version }: Pick<DeclaredPlugin, 'className' | 'version'>): string {
  return `plug-in ${className} ${version}`;
}
