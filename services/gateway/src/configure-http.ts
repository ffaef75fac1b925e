import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { text } from 'express';
import { setApiPrefix } from './api-prefix.js';
import { buildDocument } from './openapi/document.js';

const YAML = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];
const MANIFEST_LIMIT = 1024 * 1024;
/** An upload may take hours; what must be quick has its own deadlines. */
const REQUEST_TIMEOUT_MS = 24 * 3_600_000;

/** Routes, parsers and the API's document. */
export function configureHttp(app: NestExpressApplication): void {
  setApiPrefix(app);
  app.use('/api/v1/packages', text({ type: YAML, limit: MANIFEST_LIMIT }));
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    customSiteTitle: 'Waybill API',
    jsonDocumentUrl: 'openapi.json',
  });
  const server = app.getHttpServer();
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = 20_000;
}
