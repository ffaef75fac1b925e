import 'reflect-metadata';
import { readFileSync, statSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { plainLinks, type UsedLink } from '../tls/plain-links.js';
import { listOf } from './lists.js';

/** A variable of the environment that a process cannot start with; the message names it and says what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const VARIABLES = Symbol('waybill:variables');

/** Files that the fields of a configuration were read from, by property. */
const FILES = new WeakMap<object, ReadonlyMap<string, { name: string; file: string }>>();

/** Milliseconds for which a file is not looked at again. */
const LOOK_EVERY_MS = 1_000;

/** Where a field of a configuration class comes from. */
export interface Variable {
  /** e.g. `WAYBILL_HTTP_PORT` */
  name: string;
  property: string;
  /** never shown in errors or logs */
  secret: boolean;
}

/** Binds a field to an environment variable; `<name>_FILE` may name a file that holds the value instead. */
export function Env(name: string, options: { secret?: boolean } = {}): PropertyDecorator {
  return (target, property) => {
    const inherited = (Reflect.getMetadata(VARIABLES, target) as Variable[] | undefined) ?? [];
    const own = { name, property: String(property), secret: options.secret ?? false };
    Reflect.defineMetadata(VARIABLES, [...inherited.filter((v) => v.property !== own.property), own], target);
  };
}

/** The variables of a configuration class, those of its ancestors first; deployments are checked against this list. */
export function variablesOf(type: new () => object): Variable[] {
  return (Reflect.getMetadata(VARIABLES, type.prototype as object) as Variable[] | undefined) ?? [];
}

/**
 * Reads a configuration class from the environment. Field initialisers are the defaults; numbers and booleans are read by the
 * type of the field. An empty variable counts as absent.
 * @throws ConfigError with every wrong variable
 */
export function loadConfig<T extends object>(type: new () => T, env: NodeJS.ProcessEnv = process.env): T {
  const variables = variablesOf(type);
  const texts = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const variable of variables) {
    const text = readVariable(variable, env);
    if (text === undefined) continue;
    texts.set(variable.property, text);
    values[variable.property] = convert(text, type, variable.property);
  }
  const config = plainToInstance(type, values, { exposeDefaultValues: true });
  FILES.set(config, new Map(variables.flatMap((variable) => fileOf(variable, env))));
  const problems = validateSync(config, { forbidUnknownValues: false }).map((error) => {
    const variable = variables.find((v) => v.property === error.property);
    const name = variable?.name ?? error.property;
    const text = texts.get(error.property);
    if (text === undefined && error.value === undefined)
      return `${name} is missing: it ${rulesOf(error).join(' and ')}`;
    return `${name} ${rulesOf(error).join(' and ')}${variable?.secret ? '' : ` (it is ${JSON.stringify(text ?? error.value)})`}`;
  });
  if (problems.length === 0) problems.push(...plainLinksOf(config));
  if (problems.length > 0) throw new ConfigError(`Set the environment right: ${problems.join('; ')}.`);
  return config;
}

/** For classes that name their links. */
function plainLinksOf(config: { links?: () => UsedLink[]; allowPlaintext?: string }): string[] {
  return config.links ? plainLinks(config.links(), listOf(config.allowPlaintext ?? '')) : [];
}

/**
 * The text of a field, for what is changed while the process runs, as keys are: when it came from a file, the file is read again
 * after it was written. A file that cannot be read leaves what was known.
 */
export function freshText<T extends object>(config: T, property: keyof T & string): () => string {
  const source = FILES.get(config)?.get(property);
  if (!source) return () => String(config[property]);
  let text = String(config[property]);
  let seen = stampOf(source.file);
  let lookedAt = Date.now();
  return () => {
    if (Date.now() - lookedAt < LOOK_EVERY_MS) return text;
    lookedAt = Date.now();
    const stamp = stampOf(source.file);
    if (stamp === null || stamp === seen) return text;
    try {
      text = readSecret(source.name, source.file);
      seen = stamp;
    } catch {
      // being replaced at this moment; the next look finds it
    }
    return text;
  };
}

/** Changes with every replacement of the file; null when there is none. */
function stampOf(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : null;
}

function fileOf({ name, property }: Variable, env: NodeJS.ProcessEnv): [string, { name: string; file: string }][] {
  const file = env[`${name}_FILE`];
  return file ? [[property, { name, file }]] : [];
}

/** class-validator's sentences begin with the property, ours with the variable. */
function rulesOf({ property, constraints }: ValidationError): string[] {
  return Object.values(constraints ?? {}).map((text) =>
    (text.startsWith(property) ? text.slice(property.length) : text).trim(),
  );
}

function readVariable({ name }: Variable, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[`${name}_FILE`];
  const value = file ? readSecret(name, file) : env[name];
  return value === '' ? undefined : value;
}

function readSecret(name: string, file: string): string {
  try {
    // editors and `echo` end a file with a line break
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    throw new ConfigError(
      `${name}_FILE names "${file}", which cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
    );
  }
}

function convert(text: string, type: new () => object, property: string): unknown {
  const designed = Reflect.getMetadata('design:type', type.prototype as object, property) as unknown;
  if (designed === Number) return text.trim() === '' ? text : Number(text);
  if (designed === Boolean)
    return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
  return text;
}
