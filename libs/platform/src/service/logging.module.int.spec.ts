import { Controller, Get, Logger, Module } from '@nestjs/common';
import type { AddressInfo } from 'node:net';
import { PinoLogger } from 'nestjs-pino';
import { HealthModule } from '../health/health.module.js';
import { LoggingModule } from './logging.module.js';
import { createService } from './run-service.js';

@Controller('probe')
class ProbeController {
  constructor(private readonly pino: PinoLogger) {}

  @Get()
  get(): void {
    this.pino.info({ account: { password: 'hunter2', token: 'hunter2', name: 'admin' } }, 'signed in');
    throw new Error('broken');
  }
}

@Module({ imports: [LoggingModule.forRoot('probe', 'debug'), HealthModule], controllers: [ProbeController] })
class ProbeModule {}

/** Lines that the process writes to standard output while `work` runs; pino writes to the descriptor's stream directly. */
async function linesOf(work: () => Promise<void>): Promise<Record<string, unknown>[]> {
  const written: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk: string) => written.push(chunk) > 0;
  try {
    await work();
  } finally {
    process.stdout.write = write;
  }
  return written
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('logs', () => {
  it('are JSON with the request id, and hold neither secrets nor headers nor query strings', async () => {
    const lines = await linesOf(async () => {
      const app = await createService(ProbeModule, { service: 'probe', host: '127.0.0.1', port: 0 });
      await app.listen(0, '127.0.0.1');
      const { port } = app.getHttpServer().address() as AddressInfo;
      const headers = { authorization: 'Bearer hunter2', cookie: 'session=hunter2', 'x-request-id': 'req-1' };
      await fetch(`http://127.0.0.1:${port}/probe?token=hunter2`, { headers });
      await fetch(`http://127.0.0.1:${port}/health/live`, { headers });
      new Logger('Probe').log('done');
      await app.close();
    });
    expect(lines.length).toBeGreaterThan(3);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: 'signed in',
        account: { password: '(redacted)', token: '(redacted)', name: 'admin' },
      }),
    );
    const problem = lines.find(({ code }) => code === 'internal');
    expect(problem).toMatchObject({ requestId: 'req-1', err: { message: 'broken' } });
    expect(JSON.stringify(lines)).not.toContain('/health/live"');
  });
});
