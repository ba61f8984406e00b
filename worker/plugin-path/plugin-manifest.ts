import { z } from 'zod';

export const manifestFile = 'millrace-plugin.json';

const pluginType = z.enum(['source', 'transformation', 'predicate', 'converter', 'header_converter']);
export type PluginType = z.infer<typeof pluginType>;

/** Stays within the plug-in's folder: code from elsewhere would have the wrong node_modules. */
const modulePath = z
  .string()
  .regex(
    /^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+\.(js|mjs|ts|mts)$/,
    'must be a .js, .mjs, .ts or .mts file within the folder',
  );

const sinkText = 'sink connectors do not run here: millrace runs source connectors only';

const manifest = z.object({
  name: z.string().min(1),
  version: z.string().regex(/^\d[\w.+-]*$/, 'must be a version like 1.0.0'),
  plugins: z
    .array(
      z.object({
        type: z.preprocess((value, context) => {
          if (value === 'sink') context.addIssue(sinkText);
          return value;
        }, pluginType),
        class: z.string().regex(/^[\w$]+(\.[\w$]+)*$/, 'must be a class name like com.example.MyConnector'),
        aliases: z.array(z.string().regex(/^[\w.$-]+$/)).default([]),
        module: modulePath,
        export: z.string().min(1),
      }),
    )
    .min(1),
});
export type Manifest = z.infer<typeof manifest>;

/** The content of a manifest, or why it is none, in words. */
export function parseManifest(text: string): Manifest | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const parsed = manifest.safeParse(json);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`).join('; ');
}
