import { type ProbeService, startProbe } from '../specs/probe-service.spec.js';
import { allowOrigins } from './cors.js';

let probe: ProbeService | undefined;
afterEach(() => probe?.app.close());

const preflight = (origin: string) =>
  fetch(`${probe!.url}/probe`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

describe('pages of other origins', () => {
  it('may do nothing by default', async () => {
    probe = await startProbe({ configureHttp: (app) => allowOrigins(app, []) });
    const answers = [
      await preflight('https://evil.example'),
      await fetch(`${probe.url}/probe/errors/x`, { headers: { origin: 'https://evil.example' } }),
    ];
    for (const { headers } of answers) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    }
  });

  it('may call when they are allowed by name, without cookies, and no other with them', async () => {
    probe = await startProbe({ configureHttp: (app) => allowOrigins(app, ['https://console.example']) });
    const { headers, status } = await preflight('https://console.example');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, 'https://console.example']);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});
