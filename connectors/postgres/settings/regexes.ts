import { regexList, type RegexList } from '../../../settings/regex-list.ts';
import { defineSetting, type Setting, type SettingOptions } from '../../../settings/setting.ts';

type Spec = SettingOptions<RegexList | null> & { readonly documentation: string };

/** A comma separated list of Java regular expressions; absent or empty gives null. */
export function regexes(name: string, spec: Spec): Setting<RegexList | null> {
  return defineSetting<RegexList | null>({
    ...spec,
    name,
    type: 'LIST',
    defaultText: null,
    width: 'LONG',
    parse: (text) => (text.trim() === '' ? null : regexList(text)),
  });
}
