import type { NestExpressApplication } from '@nestjs/platform-express';

/** What a page may read of an answer beside its body. */
const EXPOSED = ['ETag', 'Location', 'Retry-After', 'X-Request-Id'];

/** Lets pages of these origins call the API; without any, browsers let no page of another origin do so. */
export function allowOrigins(app: NestExpressApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  // tokens come in a header that the page sets itself: cookies are never asked for
  app.enableCors({ origin: [...origins], credentials: false, exposedHeaders: EXPOSED, maxAge: 600 });
}
