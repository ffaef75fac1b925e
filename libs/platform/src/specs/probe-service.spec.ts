import { Body, Controller, Get, Module, Param, ParseUUIDPipe, Post, Put, Req } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { conflict, limited, notFound, WaybillError } from '@waybill/contracts';
import { IsInt, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import type { Request } from 'express';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { HealthModule } from '../health/health.module.js';
import { LoggingModule } from '../service/logging.module.js';
import { createService, type RunServiceOptions } from '../service/run-service.js';

class Inner {
  @IsInt() count: number;
}

export class ProbeBody {
  @IsString() name: string;
  @ValidateNested() @Type(() => Inner) inner: Inner;
}

@Controller('probe')
class ProbeController {
  @Post()
  create(@Body() body: ProbeBody): ProbeBody {
    return body;
  }

  @Get(':id')
  get(@Param('id', ParseUUIDPipe) id: string): { id: string } {
    return { id };
  }

  @Put('upload/refused')
  refuse(): void {
    throw conflict('probe.refused', 'Refused before the body was read.');
  }

  @Put('upload/taken')
  async upload(@Req() request: Request): Promise<{ size: number }> {
    return { size: (await buffer(request)).length };
  }

  @Get('errors/:kind')
  fail(@Param('kind') kind: string): void {
    if (kind === 'bug') throw new TypeError('secret detail at /home/waybill/file.ts');
    if (kind === 'unavailable') throw new WaybillError('unavailable', 'probe.away', 'Try again later.');
    if (kind === 'limited') throw limited('probe.tooOften', 'Wait a little.', 6.2);
    if (kind === 'unauthorized') throw new WaybillError('unauthorized', 'probe.who', 'Say who you are.');
    if (kind.startsWith('away-')) {
      throw Object.assign(new Error('query failed'), {
        driverError: Object.assign(new Error(), { code: kind.slice(5) }),
      });
    }
    throw notFound('probe.notFound', 'There is no such thing.');
  }
}

@Module({ imports: [LoggingModule.forRoot('probe', 'silent'), HealthModule], controllers: [ProbeController] })
class ProbeModule {}

export interface ProbeService {
  app: NestExpressApplication;
  url: string;
}

/** A service with one controller, listening on a free port. */
export async function startProbe(options: Partial<RunServiceOptions> = {}): Promise<ProbeService> {
  const app = await createService(ProbeModule, {
    service: 'probe',
    host: '127.0.0.1',
    port: 0,
    streamsBody: (request) => request.path.startsWith('/probe/upload/'),
    ...options,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}` };
}
