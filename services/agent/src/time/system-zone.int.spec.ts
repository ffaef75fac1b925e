import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const BUILT = pathToFileURL('services/agent/dist/time/system-zone.js').href;

/** Zone that a process of its own finds: Jest's processes have no environment of their own. */
async function zoneOf(TZ: string, before = ''): Promise<string> {
  const script = `import { systemZone } from '${BUILT}'; systemZone(); ${before}; console.log(systemZone());`;
  const env = { ...process.env, TZ };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
  return stdout.trim();
}

describe('the zone of this computer', () => {
  it.each([
    ['Asia/Tokyo', 'Asia/Tokyo'],
    ['America/New_York', 'America/New_York'],
    ['Mars/Olympus', 'UTC'],
    ['JST-9', 'UTC'],
  ])('with TZ=%s is %s', async (TZ, expected) => expect(await zoneOf(TZ)).toBe(expected));

  it('is the one of the moment, not that of the start', async () => {
    expect(await zoneOf('Asia/Tokyo', `process.env.TZ = 'Europe/Berlin'`)).toBe('Europe/Berlin');
  });
});
