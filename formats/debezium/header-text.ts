const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/**
 * JSON text in the form that SimpleHeaderConverter gives a struct (org.apache.kafka.connect.data.Values): inside strings only
 * the quote and the backslash are escaped, everything else stays as it is, line ends included.
 */
export function headerText(json: string): string {
  return json.replaceAll(QUOTED, (token) => {
    const text: unknown = JSON.parse(token);
    return `"${String(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  });
}
