import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { createAuthority, issue, openssl, type Authority, type Certificate } from '../../scripts/stack/certificates.ts';
import { herderDouble } from '../../test/worker/herder-double.ts';
import { restDefaults } from '../../test/worker/rest-fixture.ts';
import { RestTls } from '../config/rest-tls.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { NotLeader } from '../herder/rest-error.ts';
import { HerderAccess } from './herder-access.ts';
import { RestServer } from './rest-server.ts';

const listener = { scheme: 'https', host: '127.0.0.1', port: 0 } as const;

describe('REST over TLS', function () {
  this.timeout(20_000);
  let folder = '';
  let authority: Authority;
  let server: Certificate;
  let client: Certificate;
  let stranger: Certificate;
  const open: RestServer[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
    authority = await createAuthority(folder, 'authority');
    const other = await createAuthority(folder, 'other');
    server = await issue(authority, { name: 'server', hosts: ['127.0.0.1', 'localhost'] });
    client = await issue(authority, { name: 'client' });
    stranger = await issue(other, { name: 'stranger', hosts: ['127.0.0.1'] });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((rest) => rest.close(1000)));
  });
  after(() => rmSync(folder, { recursive: true }));

  function keys(certificate: Certificate, extra: Record<string, string> = {}): Record<string, string> {
    return {
      'ssl.keystore.location': certificate.bundleFile,
      'ssl.truststore.location': authority.certificateFile,
      ...extra,
    };
  }

  async function serve(settings: Record<string, string>, leader?: string): Promise<string> {
    const access = new HerderAccess();
    const refuse = () => Promise.reject(new NotLeader(leader));
    access.open(herderDouble(leader === undefined ? {} : { deleteConnector: refuse }).herder);
    const rest = await RestServer.open([listener], { ...restDefaults(), access, tls: new RestTls(settings) });
    open.push(rest);
    return `https://127.0.0.1:${rest.ports[0] ?? 0}`;
  }

  function call(url: string, certificate?: Certificate, tls: RequestOptions = {}, method = 'GET') {
    const { hostname, port } = new URL(url);
    const identity =
      certificate === undefined
        ? {}
        : { cert: readFileSync(certificate.certificateFile), key: readFileSync(certificate.keyFile) };
    const ca = readFileSync(authority.certificateFile);
    return new Promise<{ status: number; text: string; version: string | null }>((resolve, reject) => {
      const options = { hostname, port, path: '/connectors/inv', method, agent: false, ca, ...identity, ...tls };
      const outgoing = request(options, (response) => {
        const version = response.socket instanceof TLSSocket ? response.socket.getProtocol() : null;
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, version }));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  it('serves whoever trusts its certificate', async () => {
    const url = await serve(keys(server));
    assert.equal((await call(url)).status, 200);
    await assert.rejects(fetch(url), /fetch failed/);
  });

  it('required: only clients with a certificate of the trust store are served', async () => {
    const url = await serve(keys(server, { 'ssl.client.auth': 'required' }));
    assert.equal((await call(url, client)).status, 200);
    await assert.rejects(call(url));
    await assert.rejects(call(url, stranger));
  });

  it('requested: a client without certificate is served, one with a bad one is not', async () => {
    const url = await serve(keys(server, { 'ssl.client.auth': 'requested' }));
    assert.equal((await call(url)).status, 200);
    assert.equal((await call(url, client)).status, 200);
    await assert.rejects(call(url, stranger));
  });

  it('a PKCS12 key store says who this worker is, and not whom it trusts', async () => {
    const store = join(folder, 'server.p12');
    const identity = ['-in', server.certificateFile, '-inkey', server.keyFile, '-certfile', authority.certificateFile];
    await openssl(['pkcs12', '-export', ...identity, '-name', 'server', '-out', store, '-passout', 'pass:p w']);
    const settings = {
      'ssl.keystore.location': store,
      'ssl.keystore.password': 'p w',
      'ssl.truststore.location': join(folder, 'other.crt'),
      'ssl.client.auth': 'required',
    };
    const url = await serve(settings);
    assert.equal((await call(url, stranger)).status, 200);
    await assert.rejects(call(url, client));
    assert.throws(
      () => new RestTls({ ...settings, 'ssl.keystore.password': 'secret!' }).server(),
      (error) =>
        error instanceof ConnectorError &&
        /server\.p12 cannot be opened with ssl\.keystore\.password/.test(error.message) &&
        !error.message.includes('secret!'),
    );
  });

  it('takes a PKCS12 store with a key on an elliptic curve', async () => {
    const file = (name: string): string => join(folder, name);
    const request509 = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', '/CN=ec', '-addext', 'subjectAltName=IP:127.0.0.1'];
    await openssl([...request509, ...subject, '-keyout', file('ec.key'), '-out', file('ec.crt')]);
    const pair = ['-in', file('ec.crt'), '-inkey', file('ec.key')];
    await openssl(['pkcs12', '-export', ...pair, '-out', file('ec.p12'), '-passout', 'pass:pw']);
    const url = await serve({ 'ssl.keystore.location': file('ec.p12'), 'ssl.keystore.password': 'pw' });
    assert.equal((await call(url, undefined, { ca: readFileSync(file('ec.crt')) })).status, 200);
  });

  it('keys with the prefix listeners.https. count alone as soon as there is one', async () => {
    const prefixed = Object.fromEntries(
      Object.entries(keys(server, { 'ssl.client.auth': 'required' })).map(([key, value]) => [
        `listeners.https.${key}`,
        value,
      ]),
    );
    const url = await serve({ ...keys(stranger), ...prefixed });
    assert.equal((await call(url, client)).status, 200);
    await assert.rejects(call(url));
    const halved = new RestTls({ ...keys(server), 'listeners.https.ssl.keystore.location': join(folder, 'none.pem') });
    assert.throws(() => halved.server(), /settings with the prefix listeners\.https\.\): .*none\.pem/);
  });

  it('speaks the versions of TLS that it is told to', async () => {
    const url = await serve(keys(server, { 'ssl.enabled.protocols': 'TLSv1.2' }));
    assert.equal((await call(url)).version, 'TLSv1.2');
    await assert.rejects(call(url, undefined, { minVersion: 'TLSv1.3' }));
  });

  it('forwards over https with its own certificate, to whom it trusts', async () => {
    const demanding = { 'ssl.client.auth': 'required' };
    const leader = await serve(keys(server, demanding));
    const follower = await serve(keys(client), leader);
    assert.equal((await call(follower, undefined, { checkServerIdentity: () => undefined }, 'DELETE')).status, 204);
    const unknown = await serve(keys(server), await serve(keys(stranger)));
    const answer = await call(unknown, undefined, {}, 'DELETE');
    assert.equal(answer.status, 500);
    assert.match(answer.text, /IO Error trying to forward REST request: .*certificate/);
    const blind = { 'ssl.truststore.location': join(folder, 'other.crt') };
    const other = await serve(keys(server, blind), await serve(keys(stranger)));
    assert.equal((await call(other, undefined, {}, 'DELETE')).status, 204);
  });

  it('forwards to a host whose name is not in its certificate only when told not to look', async () => {
    const leader = (await serve(keys(client))).replace('127.0.0.1', 'localhost');
    const strict = await call(await serve(keys(server), leader), undefined, {}, 'DELETE');
    assert.equal(strict.status, 500);
    const lax = await serve(keys(server, { 'ssl.endpoint.identification.algorithm': '' }), leader);
    assert.equal((await call(lax, undefined, {}, 'DELETE')).status, 204);
  });
});
