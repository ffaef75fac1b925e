import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { buildDoorDocument } from './openapi/door-document.js';

/** Largest JSON body, bytes after decompression: an inventory with 20,000 entries of software. */
export const BODY_LIMIT = 8 * 1024 * 1024;

/** Forms, because RFC 6749 knows nothing else, and the door's documentation at `/agent/docs`. */
export function configureHttp(app: NestExpressApplication): void {
  app.useBodyParser('urlencoded', { extended: false, limit: '32kb' });
  SwaggerModule.setup('agent/docs', app, () => buildDoorDocument(app));
}
