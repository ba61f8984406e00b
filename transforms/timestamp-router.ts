import { text } from '../settings/kinds.ts';
import { dateFormatProblem, layout } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { JavaDateFormat } from './java-date/java-date-format.ts';
import { apacheTransform } from './plugin-definition.ts';
import { dataError } from './requirements.ts';
import type { PluginConfig, Transform } from './transform.ts';

const settings = {
  topicFormat: text('topic.format', {
    ...layout,
    default: '${topic}-${timestamp}',
    importance: 'HIGH',
    documentation: 'The new name of the topic; `${topic}` stands for the old one, `${timestamp}` for the timestamp.',
  }),
  timestampFormat: text('timestamp.format', {
    ...layout,
    default: 'yyyyMMdd',
    importance: 'HIGH',
    check: dateFormatProblem,
    documentation: 'Format of the timestamp as java.text.SimpleDateFormat has it, in UTC.',
  }),
};

/** Names topics by the time of their records. */
function routeByTime(config: PluginConfig): Transform {
  const { topicFormat, timestampFormat } = parsedConfig(settings, config);
  const format = new JavaDateFormat(timestampFormat);
  return {
    apply: (record) => {
      if (record.timestampMs === null)
        throw dataError(`Timestamp missing on record of topic ${record.topic}: TimestampRouter needs one`);
      const time = format.format(new Date(record.timestampMs));
      const topic = topicFormat.replaceAll('${topic}', () => record.topic).replaceAll('${timestamp}', () => time);
      return { ...record, topic };
    },
  };
}

export const timestampRouter = apacheTransform({ simpleName: 'TimestampRouter', settings, create: routeByTime });
