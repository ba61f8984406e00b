import assert from 'node:assert/strict';
import { foreignProtocolText } from './foreign-protocol.ts';

describe('members with another protocol', () => {
  it('are named with their address', () => {
    const members = [
      { memberId: 'connect-1', clientId: 'connect-10.0.0.7:8083', clientHost: '/10.0.0.7' },
      { memberId: 'nameless-2', clientId: '', clientHost: '/10.0.0.8' },
    ];
    assert.equal(
      foreignProtocolText('g', 'millrace-1', {
        state: 'Stable',
        protocolType: 'connect',
        protocol: 'sessioned',
        members,
      }),
      'Group g has members that do not speak the protocol millrace-1 but connect/sessioned: ' +
        'connect-10.0.0.7:8083 at 10.0.0.7, nameless-2 at 10.0.0.8',
    );
  });

  it('are not hidden by a failure to find out who they are', () => {
    assert.match(foreignProtocolText('g', 'millrace-1', 'no answer'), /who they are is not known \(no answer\)/);
  });
});
