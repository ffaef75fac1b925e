import { connect } from 'node:net';
import { startProbe } from '../specs/probe-service.spec.js';
import { closeService } from './end-of-process.js';

describe('closeService', () => {
  it('ends although a client keeps a request open', async () => {
    const { app, url } = await startProbe();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    // a request whose body never ends
    socket.write('PUT /probe/upload/taken HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await new Promise<void>((resolve) => app.getHttpServer().once('request', () => resolve()));
    await closeService(app, 200);
    await closed;
    await expect(fetch(url)).rejects.toThrow();
  });

  it('lets a request finish that is nearly done', async () => {
    const { app, url } = await startProbe();
    const answer = fetch(`${url}/probe/upload/taken`, {
      method: 'PUT',
      duplex: 'half',
      body: new ReadableStream({
        async start(controller) {
          controller.enqueue(new Uint8Array(10));
          await new Promise((resolve) => setTimeout(resolve, 100));
          controller.enqueue(new Uint8Array(10));
          controller.close();
        },
      }),
    });
    await new Promise<void>((resolve) => app.getHttpServer().once('request', () => resolve()));
    await closeService(app, 5_000);
    expect(await (await answer).json()).toEqual({ size: 20 });
  });
});
