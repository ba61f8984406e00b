import assert from 'node:assert/strict';
import { integer, password, text } from '../../settings/kinds.ts';
import { configInfos, configKeyInfos, refusalText } from './config-infos.ts';

const settings = [
  text('name', { required: true, group: 'Common', documentation: 'n' }),
  integer('tasks.max', 'INT', { default: '1', group: 'Common', documentation: 't' }),
  text('transforms', { default: '', group: 'Transforms', documentation: 'x' }),
  password('database.password', { optional: true, documentation: 'p' }),
];

describe('validation answers', () => {
  it('number the first three groups with one counter and every other from 1', () => {
    assert.deepEqual(
      configKeyInfos(settings).map(({ name, required, default_value, order }) => [
        name,
        required,
        default_value,
        order,
      ]),
      [
        ['name', true, null, 1],
        ['tasks.max', false, '1', 2],
        ['transforms', false, '', 3],
        ['database.password', false, null, 1],
      ],
    );
  });

  it('hide secrets, count error texts, and show undefined keys only when they have an error', () => {
    const infos = configInfos({
      className: 'postgres',
      settings,
      config: { name: 'a', 'database.password': 'pw', stray: 'x', 'odd.secret': 'pw', bad: 'y' },
      problems: new Map([
        ['tasks.max', ['one', 'two']],
        ['bad', ['three']],
        ['odd.secret', ['four']],
      ]),
    });
    assert.equal(infos.error_count, 4);
    assert.deepEqual(infos.groups, ['Common', 'Transforms', 'Connector']);
    assert.deepEqual(
      infos.configs.map(({ definition, value }) => [value.name, value.value, definition === null]),
      [
        ['name', 'a', false],
        ['tasks.max', '1', false],
        ['transforms', '', false],
        ['database.password', '[hidden]', false],
        ['bad', 'y', true],
        ['odd.secret', '[hidden]', true],
      ],
    );
    assert.match(refusalText(infos) ?? '', /^.*the following 4 error\(s\):\none\ntwo\nthree\nfour\nYou can also find/);
  });

  it('is no refusal without an error', () => {
    assert.equal(refusalText(configInfos({ className: 'x', settings, config: {}, problems: new Map() })), undefined);
  });
});
