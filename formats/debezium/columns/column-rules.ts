import type { SettingProblem } from '../../../connectors/source-connector.ts';
import { regexList, type RegexList } from '../../../settings/regex-list.ts';
import { SettingValueError } from '../../../settings/setting.ts';
import { hashAlgorithm } from './hash-text.ts';
import type { Mask } from './mask.ts';

type Config = Readonly<Record<string, string | null>>;

/** Families of settings whose names hold a part of what they say; no single definition can name them. */
export const columnRulePrefixes: readonly string[] = ['column.mask.', 'column.truncate.'];

interface Family {
  readonly name: RegExp;
  readonly form: string;
  /** Throws SettingValueError. */
  readonly mask: (parts: readonly string[]) => Mask;
}

/** In the order in which Debezium looks for the first rule that a column matches (ColumnMappers.create). */
const FAMILIES: readonly Family[] = [
  {
    name: /^column\.truncate\.to\.(\d+)\.chars$/,
    form: 'column.truncate.to.<length>.chars',
    mask: ([length = '']) => ({ kind: 'truncation', length: lengthOf(length) }),
  },
  {
    name: /^column\.mask\.with\.(\d+)\.chars$/,
    form: 'column.mask.with.<length>.chars',
    mask: ([length = '']) => ({ kind: 'constant', text: '*'.repeat(lengthOf(length)) }),
  },
  {
    name: /^column\.mask\.hash\.([^.]+)\.with\.salt\.(.+)$/,
    form: 'column.mask.hash.<algorithm>.with.salt.<salt>',
    mask: ([algorithm = '', salt = '']) => hashMask(algorithm, salt, 'java'),
  },
  {
    name: /^column\.mask\.hash\.v2\.([^.]+)\.with\.salt\.(.+)$/,
    form: 'column.mask.hash.v2.<algorithm>.with.salt.<salt>',
    mask: ([algorithm = '', salt = '']) => hashMask(algorithm, salt, 'plain'),
  },
];

/** A mask of a million asterisks is a slip of the pen. */
const MOST_CHARACTERS = 1_000_000;

function lengthOf(digits: string): number {
  const length = Number(digits);
  if (length > MOST_CHARACTERS) throw new SettingValueError(`the length is above ${MOST_CHARACTERS}`);
  return length;
}

function hashMask(javaName: string, salt: string, of: 'java' | 'plain'): Mask {
  const algorithm = hashAlgorithm(javaName);
  if (algorithm === undefined) throw new SettingValueError(`the hash algorithm ${javaName} is not known here`);
  return { kind: 'hash', algorithm, salt: Buffer.from(salt, 'utf8'), of };
}

/** Masks of columns by the names of these. */
export class ColumnRules {
  readonly #rules: readonly { readonly columns: RegexList; readonly mask: Mask }[];

  constructor(rules: readonly { readonly columns: RegexList; readonly mask: Mask }[]) {
    this.#rules = rules;
  }

  /** The mask of a column, named `schema.table.column`. */
  maskOf(column: string): Mask | undefined {
    return this.#rules.find(({ columns }) => columns.matches(column))?.mask;
  }
}

/** Reads the masks of a configuration. A problem names the setting, its message never the salt. */
export function columnRules(config: Config): { readonly rules: ColumnRules; readonly problems: SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const found: { order: number; columns: RegexList; mask: Mask }[] = [];
  for (const [setting, text] of Object.entries(config)) {
    if (!columnRulePrefixes.some((prefix) => setting.startsWith(prefix))) continue;
    const order = FAMILIES.findIndex(({ name }) => name.test(setting));
    const family = FAMILIES[order];
    try {
      if (family === undefined)
        throw new SettingValueError(`it is none of ${FAMILIES.map(({ form }) => form).join(', ')}`);
      const parts = family.name.exec(setting)?.slice(1) ?? [];
      found.push({ order, columns: regexList(text ?? ''), mask: family.mask(parts) });
    } catch (error) {
      if (!(error instanceof SettingValueError)) throw error;
      problems.push({ setting, message: `${shownRule(setting)}: ${error.message}` });
    }
  }
  // Within a family Debezium's order is that of a Java HashMap; here it is that of the configuration.
  return { rules: new ColumnRules(found.toSorted((one, other) => one.order - other.order)), problems };
}

/** A setting's name without the salt in it. */
export function shownRule(setting: string): string {
  return setting.replace(/(\.with\.salt\.).*$/s, '$1…');
}
