import { parseSettings } from '../../settings/parse-settings.ts';
import { isDirect, type ConverterChoice } from './converter-choice.ts';
import type { JsonConverterOptions } from './json/json-converter.ts';
import { jsonSettings } from './json/json-settings.ts';

/** How JsonConverter writes keys and values; undefined where another converter is chosen, for headers included. */
export function jsonForms(
  choice: ConverterChoice,
): { readonly key: JsonConverterOptions; readonly value: JsonConverterOptions } | undefined {
  if (!isDirect(choice)) return undefined;
  return {
    key: parseSettings(jsonSettings, choice.key.settings).values,
    value: parseSettings(jsonSettings, choice.value.settings).values,
  };
}
