import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { doorAnswers, problemSchema } from './door-answers.js';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const BODIES = ['EnrolRequest', 'TokenRequest', 'InventoryRequest', 'InventorySoftware'];

/** The contract of the agents' door: bodies from the metadata that also checks them, answers from `door-answers`. */
export function buildDoorDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Waybill agent door')
    .setDescription('What an agent asks of fleet over HTTP. Commands and reports go over the broker.')
    .setVersion('1.0.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith('/agent/v1/')));
  document.components = {
    ...document.components,
    schemas: { ...bodySchemas(), ...doorAnswers, Problem: problemSchema },
  };
  return document;
}

function bodySchemas(): Schemas {
  const all = validationMetadatasToSchemas({
    refPointerPrefix: '#/components/schemas/',
    additionalConverters: {
      whitelistValidation: {},
      // without class-transformer's own storage the type of a list's items is unknown; the door has one such list
      nestedValidation: () => ({ $ref: '#/components/schemas/InventorySoftware' }),
    },
  }) as Schemas;
  return Object.fromEntries(BODIES.map((name) => [name, all[name]!]));
}
