import { connect } from 'node:net';
import { type ProbeService, startProbe } from '../specs/probe-service.spec.js';

let probe: ProbeService;
beforeAll(async () => {
  probe = await startProbe({ deadlines: { headers: 600, body: 900, keepAlive: 500 } });
});
afterAll(() => probe.app.close());

/** Sends the parts 200 ms apart, for as long as the server listens. @returns all that it answered until it closed */
function dribble(parts: Iterable<string>): Promise<string> {
  const { hostname, port } = new URL(probe.url);
  return new Promise((resolve) => {
    let answer = '';
    const rest = parts[Symbol.iterator]();
    const socket = connect(Number(port), hostname);
    const timer = setInterval(() => {
      const { value, done } = rest.next();
      if (!done && socket.writable) socket.write(value);
    }, 200);
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket
      .on('error', () => undefined)
      .on('close', () => {
        clearInterval(timer);
        resolve(answer);
      });
  });
}

function* forever(first: string, more: string): Generator<string> {
  yield first;
  for (;;) yield more;
}

describe('a client that dawdles', () => {
  it('with its headers is told so and cut off', async () => {
    const answer = await dribble(forever('GET /probe/x HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request.timeout"');
  });

  it('with its body is told so and cut off', async () => {
    const head =
      'POST /probe HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{';
    const answer = await dribble(forever(head, ' '));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request.timeout"');
  });

  it('without ever a byte is cut off', async () => {
    await expect(dribble([])).resolves.toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it('between two requests is cut off', async () => {
    const answer = await dribble(['GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n']);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});
