/**
 * Parts of setting names whose values are secrets, whoever defined the setting. `sasl.jaas.config` holds a password in its
 * text; `ssl.keystore.key` is a private key, while `ssl.key.password`, `key.converter` and `key.fields` show why a bare
 * `key` does not do as a pattern.
 */
const secretPart =
  /password|passwd|passphrase|secret|credential|jaas|token|(^|[._-])(api|private|access|keystore|encryption|signing)[._-]?key($|[._-])|basic[._-]auth[._-]user[._-]info|authorization/i;
/** Names that match but hold no secret: limits, places and kinds of tokens and passwords. */
const harmless = /(endpoint\.url|\.(ms|file|path|location|provider|class|uri|url|type|algorithm))$/i;

/** Whether the value of a setting, header or log field of this name must never be shown. */
export function isSecretKey(name: string): boolean {
  return secretPart.test(name) && !harmless.test(name);
}
