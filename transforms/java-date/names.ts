/** English names, which a Java process has in its usual setting. */
export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** From Sunday, as Date.getUTCDay counts. */
export const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export const halves = ['AM', 'PM'] as const;
export const eras = ['BC', 'AD'] as const;

/** First three letters. */
export function short(name: string): string {
  return name.slice(0, 3);
}
