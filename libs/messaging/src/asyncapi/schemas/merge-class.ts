import type { JsonSchema } from './json-schema.js';

/**
 * One message class from its two halves: `rules` (decorators: limits and formats) and `type` (TypeScript: docstrings and the structure
 * of what the decorators only call an object). Unknown fields are refused, as `validateMessage` does.
 * @throws Error when the halves disagree on the fields or on which of them must be there
 */
export function mergeClass(name: string, type: JsonSchema, rules: JsonSchema): JsonSchema {
  const required = rules.required ?? [];
  agree(name, 'fields', Object.keys(type.properties ?? {}), Object.keys(rules.properties ?? {}));
  agree(name, 'required fields', type.required ?? [], required);
  const fields = Object.entries(type.properties ?? {}).map(([field, schema]): [string, JsonSchema] => {
    const merged = mergeField(schema, rules.properties![field]!);
    // @IsOptional lets null pass as well as absence
    return [field, { ...words(schema), ...(required.includes(field) ? merged : nullable(merged)) }];
  });
  return {
    type: 'object',
    ...words(type),
    properties: Object.fromEntries(fields),
    ...(required.length > 0 ? { required: Object.keys(type.properties!).filter((key) => required.includes(key)) } : {}),
    additionalProperties: false,
  };
}

function agree(name: string, what: string, types: string[], rules: string[]): void {
  const [a, b] = [[...types].sort().join(', '), [...rules].sort().join(', ')];
  if (a !== b) throw new Error(`${name}: the type's ${what} are ${a}; its decorators' are ${b}`);
}

function mergeField(type: JsonSchema, rules: JsonSchema): JsonSchema {
  if (rules.$ref) return { $ref: rules.$ref };
  if (rules.type === 'array') {
    const items = mergeField(withoutNull(type).items ?? {}, rules.items ?? {});
    return { ...rules, items };
  }
  // an object without a class, or anything that is there at all: only the type knows more
  const loose = rules.type === 'object' || rules.not !== undefined || Object.keys(rules).length === 0;
  return loose ? withoutDescription(withoutNull(type)) : single(rules);
}

/** One allowed value is a constant. */
function single(schema: JsonSchema): JsonSchema {
  if (schema.enum?.length !== 1) return schema;
  const { enum: values, ...rest } = schema;
  return { ...rest, const: values[0] };
}

function withoutNull(schema: JsonSchema): JsonSchema {
  const others = schema.anyOf?.filter(({ type }) => type !== 'null');
  return others?.length === 1 ? others[0]! : schema;
}

/** The docstring, if there is one. */
export function words({ description }: JsonSchema): JsonSchema {
  return description ? { description } : {};
}

function withoutDescription({ description: _, ...rest }: JsonSchema): JsonSchema {
  return rest;
}

function nullable(schema: JsonSchema): JsonSchema {
  if (typeof schema.type !== 'string' || 'const' in schema) return { anyOf: [schema, { type: 'null' }] };
  const values = schema.enum ? { enum: [...schema.enum, null] } : {};
  return { ...schema, type: [schema.type, 'null'], ...values };
}
