const hidden = '[hidden]';
/** Debezium's settings for hashes have the salt in their names: `column.mask.hash.SHA-256.with.salt.CzQMA0cB5K`. */
const salted = /(\.with\.salt\.)[^\s"'`:,;)\]}=]+/g;

/** A text with hidden salts wherever it names such a setting. */
export function withoutSalts(text: string): string {
  return text.includes('.with.salt.') ? text.replace(salted, `$1${hidden}`) : text;
}

/** The names of a configuration as they may be shown, by the real ones. Names that would be alike are numbered. */
export function shownKeys(keys: Iterable<string>): Map<string, string> {
  const shown = new Map<string, string>();
  const taken = new Set<string>();
  for (const key of keys) {
    const plain = key.replace(/(\.with\.salt\.).+$/s, `$1${hidden}`);
    let name = plain;
    for (let copy = 2; name !== key && taken.has(name); copy += 1) name = `${plain}${copy}`;
    taken.add(name);
    shown.set(key, name);
  }
  return shown;
}

/** Whether a name has a hidden salt, which nothing can be hashed with. */
export function hasHiddenSalt(key: string): boolean {
  return key.includes(`.with.salt.${hidden}`);
}
