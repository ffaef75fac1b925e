import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { IsBoolean, IsInt, IsString, Min } from 'class-validator';
import { ConfigError, Env, freshText, loadConfig, variablesOf } from './load-config.js';
import { ServiceConfig, StorageServiceConfig } from './service-config.js';

class Probe {
  @Env('PROBE_COUNT') @IsInt() @Min(1) count: number = 3;
  @Env('PROBE_ON') @IsBoolean() on: boolean = false;
  @Env('PROBE_SECRET', { secret: true }) @IsString() secret: string;
}

const GOOD = { PROBE_SECRET: 's3cret' };
const problemOf = (env: NodeJS.ProcessEnv, type: new () => object = Probe) => {
  try {
    loadConfig(type, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('was accepted');
};

describe('loadConfig', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'waybill-config-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('reads what is set and keeps the defaults of the rest', () => {
    expect(loadConfig(Probe, { ...GOOD, PROBE_COUNT: '7', PROBE_ON: 'true' })).toEqual({
      count: 7,
      on: true,
      secret: 's3cret',
    });
    expect(loadConfig(Probe, { ...GOOD, PROBE_COUNT: '' })).toEqual({ count: 3, on: false, secret: 's3cret' });
  });

  it.each([
    ['a word for a number', { PROBE_COUNT: 'many' }, /PROBE_COUNT .*must be an integer number.*\(it is "many"\)/],
    ['a fraction', { PROBE_COUNT: '1.5' }, /PROBE_COUNT must be an integer number/],
    ['too small', { PROBE_COUNT: '0' }, /PROBE_COUNT must not be less than 1 \(it is "0"\)/],
    ['no boolean', { PROBE_ON: 'maybe' }, /PROBE_ON must be a boolean value \(it is "maybe"\)/],
  ])('refuses %s in one sentence that names the variable', (_what, env, expected) => {
    const message = problemOf({ ...GOOD, ...env });
    expect(message).toMatch(expected);
    expect(message).not.toContain('\n');
  });

  it('names every wrong variable at once, and a missing one as missing', () => {
    const message = problemOf({ PROBE_COUNT: 'x' });
    expect(message).toContain('PROBE_COUNT');
    expect(message).toContain('PROBE_SECRET is missing: it must be a string');
  });

  it('never shows a secret', () => {
    const message = problemOf(
      { WAYBILL_DATABASE_URL: 'mysql://u:hunter2@h/db', WAYBILL_BROKER_URL: 'hunter2' },
      ServiceConfig,
    );
    expect(message).toContain('WAYBILL_DATABASE_URL must look like postgres://');
    expect(message).toContain('WAYBILL_BROKER_URL must look like amqp://');
    expect(message).not.toContain('hunter2');
  });

  it('reads a secret from the file that X_FILE names, without its last line break', () => {
    const file = join(directory, 'secret');
    writeFileSync(file, 'from a file\n');
    expect(loadConfig(Probe, { PROBE_SECRET_FILE: file }).secret).toBe('from a file');
  });

  it('says which file cannot be read, and takes an empty one for a missing value', () => {
    expect(problemOf({ PROBE_SECRET_FILE: '/no/such/file' })).toMatch(
      /PROBE_SECRET_FILE names "\/no\/such\/file", which cannot be read \(ENOENT\)/,
    );
    const file = join(directory, 'empty');
    writeFileSync(file, '\n');
    expect(problemOf({ PROBE_SECRET_FILE: file })).toContain('PROBE_SECRET is missing');
  });

  it('knows the variables of a class and of its ancestors', () => {
    const names = variablesOf(StorageServiceConfig).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['WAYBILL_DATABASE_URL', 'WAYBILL_HTTP_PORT', 'WAYBILL_S3_BUCKET']));
    expect(variablesOf(ServiceConfig).map(({ name }) => name)).not.toContain('WAYBILL_S3_BUCKET');
  });

  it.each([
    ['WAYBILL_HTTP_PORT', '99999'],
    ['WAYBILL_LOG_LEVEL', 'loud'],
    ['WAYBILL_S3_ENDPOINT', 'ftp://files'],
    ['WAYBILL_S3_ENDPOINT', '127.0.0.1:9000'],
    ['WAYBILL_S3_BUCKET', 'AB'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector'],
  ])('refuses %s=%s', (variable, value) => {
    const env = {
      WAYBILL_DATABASE_URL: 'postgres://u:p@localhost/d',
      WAYBILL_BROKER_URL: 'amqps://u:p@h',
      WAYBILL_S3_ACCESS_KEY: 'k',
      WAYBILL_S3_SECRET_KEY: 's',
    };
    expect(loadConfig(StorageServiceConfig, env).s3Endpoint).toBe('http://127.0.0.1:9000');
    expect(loadConfig(StorageServiceConfig, { ...env, WAYBILL_S3_ENDPOINT: 'https://minio:9000' }).s3Endpoint).toBe(
      'https://minio:9000',
    );
    expect(problemOf({ ...env, [variable]: value }, StorageServiceConfig)).toContain(variable);
  });

  describe('of a service whose links leave the computer', () => {
    const env = { WAYBILL_DATABASE_URL: 'postgres://u:p@127.0.0.1/d', WAYBILL_BROKER_URL: 'amqp://u:hunter2@mq:5672' };

    it('refuses one that is not encrypted, by its variable and the name that would allow it', () => {
      const message = problemOf({ ...env, WAYBILL_HTTP_HOST: '0.0.0.0' }, ServiceConfig);
      expect(message).toContain('WAYBILL_BROKER_URL is not encrypted and leaves this computer');
      expect(message).toContain('name "broker" in WAYBILL_ALLOW_PLAINTEXT');
      expect(message).toContain('name "http" in WAYBILL_ALLOW_PLAINTEXT');
      expect(message).not.toContain('hunter2');
    });

    it.each([
      ['named', { WAYBILL_ALLOW_PLAINTEXT: 'broker' }],
      ['encrypted', { WAYBILL_BROKER_URL: 'amqps://u:p@mq:5671' }],
      ['at home', { WAYBILL_BROKER_URL: 'amqp://u:p@127.0.0.1:5672' }],
    ])('takes one that is %s', (_what, change) => {
      expect(loadConfig(ServiceConfig, { ...env, ...change })).toBeInstanceOf(ServiceConfig);
    });

    it('refuses a name that no link has, and half a certificate', () => {
      expect(problemOf({ ...env, WAYBILL_ALLOW_PLAINTEXT: 'broker,*' }, ServiceConfig)).toMatch(
        /WAYBILL_ALLOW_PLAINTEXT must be a comma-separated list of links .*"\*" is none/,
      );
      expect(problemOf({ ...env, WAYBILL_ALLOW_PLAINTEXT: 'broker', WAYBILL_TLS_CERT: 'x' }, ServiceConfig)).toContain(
        'WAYBILL_TLS_KEY',
      );
    });
  });
});

describe('a text that may change while the process runs', () => {
  it('is read again when its file was replaced, and stays when that cannot be read', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'waybill-config-'));
    const file = join(directory, 'secret');
    try {
      writeFileSync(file, 'one');
      const text = freshText(loadConfig(Probe, { PROBE_SECRET_FILE: file }), 'secret');
      expect(text()).toBe('one');
      writeFileSync(`${file}.new`, 'two, longer\n');
      renameSync(`${file}.new`, file);
      await eventually(() => expect(text()).toBe('two, longer'));
      rmSync(file);
      expect(text()).toBe('two, longer');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is the value itself when no file gave it', () => {
    expect(freshText(loadConfig(Probe, GOOD), 'secret')()).toBe('s3cret');
  });
});
