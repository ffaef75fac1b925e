import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { allowOrigins, demandUtf8, limitFailures, listOf } from '@waybill/platform';
import { type NextFunction, type Request, type Response, text } from 'express';
import { setApiPrefix } from './api-prefix.js';
import { GatewayConfig } from './gateway.config.js';
import { buildDocument } from './openapi/document.js';
import { serveManifestSchema } from './openapi/serve-manifest-schema.js';

const YAML = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];
const MANIFEST_LIMIT = 1024 * 1024;
/** Of 5,000 lines, with other columns beside the ids; bytes. */
const MEMBERS_LIMIT = 4 * 1024 * 1024;
/** An upload may take hours; what must be quick has its own deadlines. */
const REQUEST_TIMEOUT_MS = 24 * 3_600_000;
/** Each is written into the audit log. */
const REFUSED_CALLBACKS_PER_MINUTE = 30;

/** Uploads are the only PUT with a body: files that are JSON or YAML themselves are stored as they are, never parsed. */
export const streamsBody = (request: Pick<Request, 'method'>): boolean => request.method === 'PUT';

/** Routes, parsers and the API's document. */
export function configureHttp(app: NestExpressApplication): void {
  allowOrigins(app, listOf(app.get(GatewayConfig).corsOrigins));
  setApiPrefix(app);
  const refusedCallbacks = limitFailures({ failures: REFUSED_CALLBACKS_PER_MINUTE, seconds: 60, status: 401 });
  app.use('/api/v1/session/oidc/callback', refusedCallbacks);
  const yaml = text({ type: YAML, limit: MANIFEST_LIMIT, verify: demandUtf8 });
  app.use('/api/v1/packages', (request: Request, response: Response, next: NextFunction) =>
    streamsBody(request) ? next() : yaml(request, response, next),
  );
  app.use('/api/v1/groups', text({ type: 'text/csv', limit: MEMBERS_LIMIT, verify: demandUtf8 }));
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    customSiteTitle: 'Waybill API',
    jsonDocumentUrl: 'openapi.json',
  });
  serveManifestSchema(app);
  const server = app.getHttpServer();
  server.requestTimeout = REQUEST_TIMEOUT_MS;
}
