import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { limitFailures } from '@waybill/platform';
import { buildDoorDocument } from './openapi/door-document.js';

/** Largest JSON body, bytes after decompression: an inventory with 20,000 entries of software. */
export const BODY_LIMIT = 8 * 1024 * 1024;

/** An address that presents this many wrong enrolment tokens within a minute is not listened to for the rest of it. */
const WRONG_TOKENS_PER_MINUTE = 200;

/** Forms, because RFC 6749 knows nothing else, and the door's documentation at `/agent/docs`. */
export function configureHttp(app: NestExpressApplication): void {
  app.use('/agent/v1/enrol', limitFailures({ failures: WRONG_TOKENS_PER_MINUTE, seconds: 60, status: 401 }));
  app.useBodyParser('urlencoded', { extended: false, limit: '32kb' });
  SwaggerModule.setup('agent/docs', app, () => buildDoorDocument(app));
}
