import { connect } from 'node:net';
import { type ProbeService, startProbe } from '../specs/probe-service.spec.js';

let probe: ProbeService;
beforeAll(async () => {
  probe = await startProbe();
});
afterAll(() => probe.app.close());

function send(text: string): Promise<string> {
  const { hostname, port } = new URL(probe.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

describe('what is not HTTP', () => {
  it.each([
    ['words', 'hello\r\n\r\n', 400, 'request.malformed'],
    [
      'a length that is none',
      'POST /probe HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\n',
      400,
      'request.malformed',
    ],
    ['HTTP/1.1 without a host', 'GET /probe/x HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'request.hostMissing'],
    [
      'headers without end',
      `GET /probe/x HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}`,
      431,
      'request.headersTooLarge',
    ],
  ])('%s', async (_what, text, status, code) => {
    const answer = await send(text);
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status, code, type: `urn:waybill:problem:${code}` });
  });
});
