/** Minimum, median and maximum of some figures. */
export interface Spread {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

/** The value below which `fraction` of the figures lie (nearest rank). */
export function percentile(figures: readonly number[], fraction: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const rank = Math.min(sorted.length - 1, Math.max(0, Math.ceil(fraction * sorted.length) - 1));
  return sorted[rank] ?? Number.NaN;
}

export function spread(figures: readonly number[]): Spread {
  return { minimum: Math.min(...figures), median: percentile(figures, 0.5), maximum: Math.max(...figures) };
}

/** `median (minimum–maximum)`, rounded to whole or to two digits. */
export function spreadText({ minimum, median, maximum }: Spread): string {
  const text = (value: number): string =>
    Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
  return `${text(median)} (${text(minimum)}–${text(maximum)})`;
}
