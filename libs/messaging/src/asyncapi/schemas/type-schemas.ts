import { fileURLToPath } from 'node:url';
import {
  AnyType,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  DefinitionType,
  SchemaGenerator,
  type SubNodeParser,
} from 'ts-json-schema-generator';
import { type JsonSchema, type Schemas, schemaRef } from './json-schema.js';

const source = (path: string) => fileURLToPath(new URL(`../../../../contracts/${path}`, import.meta.url));

/** The manifest's type is inferred from its zod schema, whose own JSON Schema is used instead. */
const manifestParser: SubNodeParser = {
  supportsNode: (node) => 'typeName' in node && (node.typeName as { getText(): string }).getText() === 'Manifest',
  createType: () => new DefinitionType('Manifest', new AnyType()),
};

/**
 * Exported TypeScript types of `@waybill/contracts` as schemas, with their docstrings, and everything that they refer to. Read from
 * the sources; types say nothing of limits.
 */
export function typeSchemas(names: readonly string[]): Schemas {
  const config = {
    ...DEFAULT_CONFIG,
    path: source('src/index.ts'),
    tsconfig: source('tsconfig.json'),
    skipTypeCheck: true,
    expose: 'export' as const,
    jsDoc: 'extended' as const,
    additionalProperties: true,
  };
  const program = createProgram(config);
  const parser = createParser(program, config, (chain) => chain.addNodeParser(manifestParser));
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  const found = names.map((name) => generator.createSchema(name).definitions as Schemas);
  return Object.fromEntries(
    Object.entries(Object.assign({}, ...found) as Schemas).map(([name, schema]) => [
      componentName(name),
      withComponentRefs(schema),
    ]),
  );
}

/** `Page<JobView>` → `JobViewPage`: names of components know no angle brackets. */
function componentName(name: string): string {
  return name.replace(/^(\w+)<(\w+)>$/, '$2$1');
}

function withComponentRefs(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string'
      ? schemaRef(componentName(decodeURIComponent(value.replace('#/definitions/', '')))).$ref
      : value,
  ) as JsonSchema;
}
