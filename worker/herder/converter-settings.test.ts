import assert from 'node:assert/strict';
import { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import { connectorSettings } from '../connector-settings.ts';
import { configInfos } from './config-infos.ts';
import { withConverters } from './converter-settings.ts';

const worker = { 'key.converter': 'JsonConverter', 'value.converter': 'JsonConverter' };

function valuesOf(config: Readonly<Record<string, string>>) {
  const found = withConverters(Object.values(connectorSettings), new ConverterRegistry(), { config, worker });
  const { configs } = configInfos({ className: 'C', ...found, config, problems: new Map() });
  return new Map(configs.map(({ definition, value }) => [value.name, { definition, value }]));
}

describe('Converters in a validation', () => {
  it('bring their own settings when the configuration itself names them, laid out as in Connect', () => {
    const values = valuesOf({ 'value.converter': 'Json', 'value.converter.schemas.enable': 'false' });
    assert.equal(values.get('value.converter')?.value.value, 'org.apache.kafka.connect.json.JsonConverter');
    assert.equal(values.get('value.converter.converter.type')?.value.value, 'value');
    const { definition, value } = values.get('value.converter.schemas.enable') ?? {};
    assert.deepEqual([definition?.group, definition?.order, value?.value], ['Schemas', 0, 'false']);
    assert.ok(![...values.keys()].some((name) => name.startsWith('key.converter.schemas')));
  });

  it('that are not there have neither value nor version', () => {
    const values = valuesOf({ 'key.converter': 'io.example.Nope' });
    assert.equal(values.get('key.converter')?.value.value, null);
    const version = values.get('key.converter.plugin.version')?.value;
    assert.deepEqual([version?.value, version?.visible, version?.recommended_values], [null, false, []]);
    assert.equal(values.get('value.converter.plugin.version')?.value.value, '4.1.1');
  });
});
