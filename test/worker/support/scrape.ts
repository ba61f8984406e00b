/** The values of a worker's `GET /metrics`, by series as the text format writes it: `name{label="value",…}`. */
export async function scrape(url: string): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${url}/metrics`);
  if (!answer.ok) throw new Error(`${url}/metrics answered ${answer.status}: ${await answer.text()}`);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))] as const;
    }),
  );
}

/** What a scrape says of these series; undefined where it has none. */
export function seriesOf(
  scraped: ReadonlyMap<string, number>,
  names: Iterable<string>,
): Record<string, number | undefined> {
  return Object.fromEntries([...names].map((name) => [name, scraped.get(name)]));
}
