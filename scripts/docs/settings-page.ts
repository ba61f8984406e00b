import type { Setting, SettingMap } from '../../settings/setting.ts';

export interface SettingsPage {
  readonly title: string;
  /** Paragraphs before the first group. */
  readonly intro: readonly string[];
  readonly settings: SettingMap;
}

function defaultText({ defaultText: text, type }: Setting<unknown>): string {
  if (text === undefined) return '**required**';
  if (text === null) return 'no default';
  if (type === 'PASSWORD') return 'default hidden';
  return text === '' ? 'default empty' : `default \`${text}\``;
}

function section(setting: Setting<unknown>): string {
  const facts = [setting.type, defaultText(setting), `importance ${setting.importance.toLowerCase()}`];
  const words = setting.words ?? setting.recommended;
  if (words.length > 0) facts.push(`one of ${words.map((word) => `\`${word}\``).join(', ')}`);
  return `### \`${setting.name}\`\n\n${facts.join(' · ')}\n\n${setting.documentation}`;
}

/** A page of settings as Markdown, by group in the order of the definitions. */
export function settingsPage({ title, intro, settings }: SettingsPage): string {
  const groups = new Map<string, Setting<unknown>[]>();
  for (const setting of Object.values(settings)) {
    const members = groups.get(setting.group) ?? [];
    members.push(setting);
    groups.set(setting.group, members);
  }
  const parts = [...groups].flatMap(([group, members]) => [`## ${group}`, ...members.map(section)]);
  return [`# ${title}`, ...intro, ...parts].join('\n\n');
}
