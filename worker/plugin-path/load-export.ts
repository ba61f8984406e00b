import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { ConnectorError } from '../../errors/connector-error.ts';
import { nameOf, type DeclaredPlugin } from './declared-plugin.ts';
import { withDeadline } from './plugin-call.ts';

/** A module that waits for something while it is loaded holds up whoever asked for it. */
const LOAD_MS = 30_000;

const moduleExports = z.record(z.string(), z.unknown());

/** What the plug-in's module exports under the declared name. Throws PLUGIN_UNUSABLE. */
export async function loadExport(plugin: DeclaredPlugin): Promise<unknown> {
  const file = join(plugin.folder, plugin.module);
  const unusable = (text: string, cause?: unknown): ConnectorError =>
    new ConnectorError('PLUGIN_UNUSABLE', `${nameOf(plugin)}: ${text}`, { cause });
  if (!existsSync(file)) throw unusable(`${file} is not there`);
  let exported: z.infer<typeof moduleExports>;
  try {
    const loading: Promise<unknown> = import(pathToFileURL(file).href);
    exported = moduleExports.parse({ ...Object(await withDeadline(loading, LOAD_MS, `loading ${file}`)) });
  } catch (error) {
    throw unusable(`${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  if (!(plugin.export in exported))
    throw unusable(`${file} exports no ${plugin.export}, but ${Object.keys(exported).join(', ') || 'nothing'}`);
  return exported[plugin.export];
}
