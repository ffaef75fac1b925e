import type { NestExpressApplication } from '@nestjs/platform-express';

/** Largest JSON body, bytes after decompression: an inventory with 20,000 entries of software. */
export const BODY_LIMIT = 8 * 1024 * 1024;

/** OAuth clients send forms: RFC 6749 knows nothing else. */
export function configureHttp(app: NestExpressApplication): void {
  app.useBodyParser('urlencoded', { extended: false, limit: '32kb' });
}
