import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { waybillCommand } from './support/waybill-command.ts';

const MINUTES = 60_000;
const MIB = 1024 * 1024;

interface VersionOfIt {
  status: string;
  manifestDigest: string;
  artifacts: { file: string; size: number; uploaded: boolean }[];
}

/** What a packager does, with the command `waybill` against a real installation. */
describe('waybill package publish', () => {
  const work = mkdtempSync(join(tmpdir(), 'waybill-e2e-packaging-'));
  const directory = join(work, 'maps');
  let stack: E2eStack;
  let env: Record<string, string>;

  beforeAll(async () => {
    stack = await startE2eStack();
    env = { WAYBILL_SERVER: stack.services.gatewayUrl, WAYBILL_API_TOKEN_FILE: await tokenFile('all') };
    mkdirSync(directory);
    writeFileSync(join(directory, 'maps.bin'), randomBytes(112 * MIB));
    manifest('maps');
  }, 5 * MINUTES);
  afterAll(async () => {
    await stack?.stop();
    rmSync(work, { recursive: true, force: true });
  }, 2 * MINUTES);

  async function tokenFile(name: string, scopes = ['packages.read', 'packages.write', 'packages.publish']) {
    const { secret } = await stack.api.post<{ secret: string }>('/api-tokens', { name, scopes });
    const file = join(work, `${name}.token`);
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    return file;
  }
  function manifest(name: string, title = 'Maps') {
    const text = `package: ${name}
version: "1.0.0"
title: ${title}
category: navigation
variants:
  - platform: { os: linux }
    artifacts: [{ file: maps.bin }]
    installer: { type: files, files: [{ file: maps.bin, path: /srv/maps/maps.bin }] }
    detection: [{ file: { path: /srv/maps/maps.bin } }]
    timeout: PT20M
    uninstall: { type: files }
`;
    writeFileSync(join(directory, 'waybill.yaml'), text);
  }
  const publish = (path = directory, more: Record<string, string> = {}) =>
    waybillCommand(['package', 'publish', path], { ...env, ...more });
  const version = () => stack.api.get<VersionOfIt>('/packages/maps/versions/1.0.0');

  it(
    'goes on where it was killed, and publishes what was built',
    async () => {
      const killed = await waybillCommand(['package', 'publish', directory], env, (line, child) => {
        // three of its seven parts are on their way at once: one at least has arrived
        if (line.includes(': 50 %')) child.kill('SIGKILL');
      });
      expect([killed.code, killed.err]).toEqual([null, '']);
      expect(await version()).toMatchObject({ status: 'draft' });

      const built = join(work, 'built');
      const build = await waybillCommand(['package', 'build', directory, '--output', built]);
      expect(build).toMatchObject({ code: 0, err: '' });
      const { code, out, err } = await publish(built);
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(/maps.bin: going on, \d+ of 7 parts are there/);
      const published = await version();
      expect(published).toMatchObject({
        status: 'published',
        artifacts: [{ file: 'maps.bin', size: 112 * MIB, uploaded: true }],
      });
      expect(build.out).toContain(published.manifestDigest);
      expect(out).toContain(`maps 1.0.0 is published, manifest ${published.manifestDigest}`);
      expect(await stack.api.get('/packages/maps')).toMatchObject({ title: 'Maps', category: 'navigation' });
    },
    4 * MINUTES,
  );

  it('is the same when it is done again, and refuses other content', async () => {
    const before = await version();
    expect(await publish()).toMatchObject({ code: 0, out: expect.stringContaining('with the same content') });
    expect(await version()).toEqual(before);
    manifest('maps', 'Other maps');
    expect(await publish()).toMatchObject({
      code: 1,
      err: expect.stringMatching(/published already with other content \(it differs at \/title\)/),
    });
    expect(await version()).toEqual(before);
  });

  it('says why it may not: no right, no token, no server, no package', async () => {
    const reader = await tokenFile('reader', ['packages.read']);
    manifest('charts');
    expect(await publish(directory, { WAYBILL_API_TOKEN_FILE: reader })).toMatchObject({
      code: 1,
      err: expect.stringContaining('packages.write'),
    });
    writeFileSync(reader, 'wbt_wrong');
    expect(await publish(directory, { WAYBILL_API_TOKEN_FILE: reader })).toMatchObject({
      code: 1,
      err: expect.stringContaining('wrong, expired or was revoked'),
    });
    expect(await publish(directory, { WAYBILL_API_TOKEN_FILE: '' })).toMatchObject({ code: 2 });
    const onLine = await waybillCommand(['package', 'publish', directory, '--token', 'wbt_x'], env);
    expect(onLine).toMatchObject({ code: 2, err: expect.stringContaining('everybody on the computer') });
    writeFileSync(join(directory, 'waybill.yaml'), 'package: charts\n');
    expect(await publish()).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was published.') });
  });
});
