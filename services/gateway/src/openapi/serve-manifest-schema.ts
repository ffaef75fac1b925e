import type { NestExpressApplication } from '@nestjs/platform-express';
import { manifestJsonSchema } from '@waybill/contracts';
import type { Express } from 'express';

/** Stays what it is: manifests name it, and editors fetch it. */
const PATH = '/manifest.schema.json';

/** The JSON Schema of manifests, for whoever asks: it says nothing about this installation. */
export function serveManifestSchema(app: NestExpressApplication): void {
  const schema = JSON.stringify(manifestJsonSchema(), null, 2);
  const express: Express = app.getHttpAdapter().getInstance();
  express.get(PATH, (_, response) => {
    response.setHeader('cache-control', 'public, max-age=3600');
    response.type('application/schema+json').send(schema);
  });
}
