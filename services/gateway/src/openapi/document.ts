import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { manifestJsonSchema } from '@waybill/contracts';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { viewSchemas } from './views.generated.js';

type JsonSchemaOptions = NonNullable<Parameters<typeof validationMetadatasToSchemas>[0]>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/**
 * The contract of the REST API. Bodies come from the class-validator metadata that also checks them, answers from the
 * TypeScript types that the handlers return, the manifest from its zod schema: nothing is written down twice.
 */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Waybill')
    .setDescription('Distributes software to an organisation’s computers, with one truthful status per computer.')
    .setVersion('1.0.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'bearer')
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  // For orchestrators, on every service alike; not part of the API.
  for (const path of Object.keys(document.paths)) if (path.startsWith('/health/')) delete document.paths[path];
  documentProblems(document);
  const named = {
    ...requestSchemas(),
    ...(viewSchemas as unknown as Schemas),
    Manifest: manifestJsonSchema('openapi-3.0'),
  };
  document.components = { ...document.components, schemas: keepReferenced(document, named) };
  for (const path of Object.values(document.paths)) {
    if (path.post) {
      (path.post.parameters ??= []).push({
        name: 'Idempotency-Key',
        in: 'header',
        required: false,
        description:
          'Makes a repetition of this request answer what the first one did, for a week; without a `secret`, which is shown once.',
        schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[!-~]+$' },
      });
    }
  }
  return document;
}

/** Every operation can be refused: for its fields, its token or its caller's roles, or because something is away. */
function documentProblems(document: OpenAPIObject): void {
  const schema = { $ref: '#/components/schemas/Problem' };
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.put, path.post, path.patch, path.delete]) {
      if (!operation) continue;
      operation.responses['default'] ??= {
        description: 'Problem (RFC 9457).',
        content: { 'application/problem+json': { schema } },
      };
    }
  }
}

function requestSchemas(): Schemas {
  const schemas = validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage as JsonSchemaOptions['classTransformerMetadataStorage'],
    refPointerPrefix: '#/components/schemas/',
    additionalConverters: {
      whitelistValidation: {},
      reexecuteOnly: {
        oneOf: [
          { type: 'string', enum: ['failed', 'unsuccessful'] },
          { $ref: '#/components/schemas/ReexecuteComputers' },
          { $ref: '#/components/schemas/ReexecuteFilter' },
        ],
      },
    },
  }) as Schemas;
  // elsewhere null is as good as absent; here it takes away what there was
  (schemas['UpdateGroup'] as Extract<Schemas[string], { properties?: object }>).properties!['windows'] = {
    allOf: [{ $ref: '#/components/schemas/InstallWindows' }],
    nullable: true,
    description: 'see `POST /groups`; null: none of its own any more',
  };
  return schemas;
}

/** Only what the operations refer to, directly or through other schemas. */
function keepReferenced(document: OpenAPIObject, all: Schemas): Schemas {
  const kept: Schemas = {};
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      const name = key === '$ref' && typeof child === 'string' ? child.split('/').at(-1)! : null;
      if (name === null) visit(child);
      else if (!(name in kept) && all[name]) {
        kept[name] = all[name];
        visit(all[name]);
      }
    }
  };
  visit(document.paths);
  return Object.fromEntries(Object.entries(kept).sort(([a], [b]) => a.localeCompare(b)));
}
