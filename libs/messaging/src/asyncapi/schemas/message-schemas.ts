import { type Command, commandJsonSchemas, EVENT_CLASSES, manifestJsonSchema } from '@waybill/contracts';
import { type JsonSchema, type Schemas } from './json-schema.js';
import { mergeClass, words } from './merge-class.js';
import { ruleSchemas } from './rule-schemas.js';
import { typeSchemas } from './type-schemas.js';

/** TypeScript names of the payloads of commands. */
export const COMMAND_TYPE_NAMES: Record<Command['kind'], string> = {
  execute: 'ExecuteCommand',
  cancel: 'CancelCommand',
  hold: 'HoldCommand',
  'session.refresh': 'SessionRefreshNotice',
};

/** Request and answer of one rpc pattern. */
export interface RpcSchemas {
  request: JsonSchema;
  response: JsonSchema;
}

export interface MessageSchemas {
  /** by the name of the class or type */
  named: Schemas;
  /** by pattern */
  rpc: Record<string, RpcSchemas>;
}

/** The schemas of everything that travels: rules from decorators and zod, structure and words from types and docstrings. */
export function messageSchemas(): MessageSchemas {
  const events = Object.values(EVENT_CLASSES).map(({ name }) => name);
  const { RpcContract, ...types } = typeSchemas([
    'RpcContract',
    'WireError',
    'Command',
    'StatusReport',
    'ProgressReport',
    ...events,
  ]);
  const rules = ruleSchemas();
  const named: Schemas = {};
  for (const [name, type] of Object.entries(types))
    named[name] = rules[name] ? mergeClass(name, type, rules[name]) : type;
  const commands = commandJsonSchemas() as Record<Command['kind'], JsonSchema>;
  for (const [kind, name] of Object.entries(COMMAND_TYPE_NAMES))
    named[name] = withWords(commands[kind as Command['kind']], types[name]!);
  const { $schema: _, ...manifest } = manifestJsonSchema('draft-07') as JsonSchema & { $schema: string };
  named['Manifest'] = manifest;
  return { named: tidy(named), rpc: tidy(rpcSchemas(RpcContract!)) };
}

function rpcSchemas(contract: JsonSchema): Record<string, RpcSchemas> {
  return Object.fromEntries(
    Object.entries(contract.properties!).map(([pattern, { properties }]) => [
      pattern,
      { request: properties!['request']!, response: properties!['response']! },
    ]),
  );
}

/** zod knows the rules, the docstrings are at the type. */
function withWords(schema: JsonSchema, type: JsonSchema): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(schema.properties!).map(([name, field]) => [name, { ...words(type.properties![name]!), ...field }]),
  );
  return { ...words(type), ...schema, properties };
}

/** Takes out what says the same a second time; in draft 7 nothing counts beside a `$ref`. */
function tidy<T>(schemas: T): T {
  return JSON.parse(JSON.stringify(schemas), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { $ref, ...schema } = value as JsonSchema;
    if ($ref) return words(schema).description ? { ...schema, allOf: [{ $ref }] } : { $ref };
    if (typeof schema.format === 'string') delete schema.pattern;
    return schema;
  }) as T;
}
