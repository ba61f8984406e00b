import { registerHooks } from 'node:module';

export const sdkName = 'millrace/sdk';

/**
 * Lets modules import `millrace/sdk` without having it installed, and gives all of them the one that this process uses: a Struct of
 * a second copy would be none to the converters here. For the whole process; to be called once.
 */
export function resolveSdk(): void {
  // The compiler leaves this URL alone, so it must name the file as it is here: .ts from source, .js when built.
  const url = new URL(`../../sdk/sdk${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === sdkName ? { url, shortCircuit: true } : next(specifier, context),
  });
}
