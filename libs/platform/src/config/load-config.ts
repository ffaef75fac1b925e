import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

/** A variable of the environment that a process cannot start with; the message names it and says what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const VARIABLES = Symbol('waybill:variables');

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
  const values: Record<string, unknown> = {};
  for (const variable of variables) {
    const text = readVariable(variable, env);
    if (text !== undefined) values[variable.property] = convert(text, type, variable.property);
  }
  const config = plainToInstance(type, values, { exposeDefaultValues: true });
  const problems = validateSync(config, { forbidUnknownValues: false }).map((error) => {
    const variable = variables.find((v) => v.property === error.property);
    const rules = Object.values(error.constraints ?? {}).map((text) => text.replace(error.property, '').trim());
    const given = variable?.secret || error.value === undefined ? '' : ` (it is ${JSON.stringify(error.value)})`;
    return `${variable?.name ?? error.property} ${rules.join(' and ')}${given}`;
  });
  if (problems.length > 0) throw new ConfigError(`Set the environment right: ${problems.join('; ')}.`);
  return config;
}

function readVariable({ name }: Variable, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[`${name}_FILE`];
  if (file) {
    try {
      return readFileSync(file, 'utf8').trimEnd();
    } catch (error) {
      throw new ConfigError(`${name}_FILE names "${file}", which cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`);
    }
  }
  const value = env[name];
  return value === undefined || value === '' ? undefined : value;
}

function convert(text: string, type: new () => object, property: string): unknown {
  const designed = Reflect.getMetadata('design:type', type.prototype as object, property) as unknown;
  if (designed === Number) return text.trim() === '' ? text : Number(text);
  if (designed === Boolean) return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
  return text;
}

