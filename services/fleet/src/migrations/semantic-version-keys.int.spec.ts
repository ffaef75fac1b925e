import { type SoftwareSource, versionKey } from '@waybill/contracts';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import { SemanticVersionKeys1765700000000 } from './1765700000000-semantic-version-keys.migration.js';

let world: FleetWorld;
beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

it('makes the keys of pre-releases anew, and no others', async () => {
  const software: [string, SoftwareSource][] = [
    ['1.2.3-r2', 'waybill'],
    ['1.2.3-r100', 'registry'],
    ['1.2.3', 'waybill'],
    ['1.2.3-1', 'dpkg'],
  ];
  const agent = await world.agent();
  await agent.call('PUT', '/inventory', {
    hostname: 'pc-9',
    os: 'linux',
    arch: 'amd64',
    agentVersion: '1.2.3',
    software: software.map(([version, source]) => ({ name: 'acme', version, source })),
  });
  await world.sql.query(`UPDATE software SET version_key = 'old' WHERE name = 'acme'`);
  const runner = world.sql.createQueryRunner();
  await new SemanticVersionKeys1765700000000().up(runner);
  await runner.release();
  const rows = await world.sql.query<{ version: string; key: string }[]>(
    `SELECT version, version_key AS key FROM software WHERE name = 'acme'`,
  );
  const made = Object.fromEntries(rows.map(({ version, key }) => [version, key]));
  expect(made).toEqual({
    '1.2.3-r2': versionKey('1.2.3-r2', 'waybill'),
    '1.2.3-r100': versionKey('1.2.3-r100', 'registry'),
    '1.2.3': 'old',
    '1.2.3-1': 'old',
  });
});
