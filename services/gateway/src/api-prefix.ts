import { RequestMethod } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';

/** Everything is below `/api/v1` but health, which orchestrators ask for on every service alike. */
export function setApiPrefix(app: NestExpressApplication): void {
  app.setGlobalPrefix('api/v1', { exclude: [{ path: 'health/{*rest}', method: RequestMethod.ALL }] });
}
