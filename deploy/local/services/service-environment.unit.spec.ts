import { type InstallationSettings, serviceEnvironment, SERVICES } from './service-environment.ts';

const each = <T>(make: (service: string) => T): { gateway: T; package: T; fleet: T; 'job-scheduler': T; result: T } =>
  Object.fromEntries(SERVICES.map((service) => [service, make(service)])) as ReturnType<typeof each<T>>;

const settings: InstallationSettings = {
  httpPorts: each(() => 8080),
  databaseUrls: each((service) => `postgres://${service}:pw@db/waybill`),
  brokerUrls: each((service) => `amqp://${service}:pw@mq`),
  vhostPrefix: 't1-',
  brokerManagementUrl: 'http://fleet:pw@mq:15672',
  agentBrokerUrl: 'amqp://mq:5672',
  s3: {
    endpoint: 'http://s3',
    bucket: 'waybill',
    region: 'us-east-1',
    accounts: each((service) => ({ accessKey: `${service}-key`, secretKey: `${service}-secret` })),
  },
  actorKeyFile: '/keys/actor.pem',
  actorPublicKeyFile: '/keys/actor.pub.pem',
  keyFiles: {
    keySet: '/keys/keyset.jws',
    publish: '/keys/publish.pem',
    command: '/keys/command.pem',
    session: '/keys/token.pem',
  },
  adminPassword: 'open sesame',
  logLevel: 'info',
};

describe('what a service is told', () => {
  it.each(SERVICES)('%s: its own database role and broker account', (service) => {
    const env = serviceEnvironment(service, settings);
    expect(env['WAYBILL_DATABASE_URL']).toBe(`postgres://${service}:pw@db/waybill`);
    expect(env['WAYBILL_BROKER_URL']).toBe(`amqp://${service}:pw@mq`);
    expect(env['WAYBILL_VHOST_PREFIX']).toBe('t1-');
  });

  it.each(['gateway', 'package', 'fleet'] as const)('%s: its own account of object storage', (service) => {
    const env = serviceEnvironment(service, settings);
    expect(env['WAYBILL_S3_ACCESS_KEY']).toBe(`${service}-key`);
    expect(env['WAYBILL_S3_SECRET_KEY']).toBe(`${service}-secret`);
  });

  it.each([
    ['WAYBILL_COMMAND_KEY_FILE', ['job-scheduler']],
    ['WAYBILL_TOKEN_KEY_FILE', ['fleet']],
    ['WAYBILL_PUBLISHING_KEY_FILE', ['package']],
    ['WAYBILL_KEY_SET_FILE', ['package', 'fleet', 'job-scheduler']],
    ['WAYBILL_ADMIN_PASSWORD', ['gateway']],
    ['WAYBILL_ACTOR_KEY_FILE', ['gateway']],
    ['WAYBILL_ACTOR_PUBLIC_KEY_FILE', ['package', 'fleet', 'job-scheduler', 'result']],
    ['WAYBILL_S3_SECRET_KEY', ['gateway', 'package', 'fleet']],
  ])('%s is known to %j alone', (variable, expected) => {
    expect(SERVICES.filter((service) => variable in serviceEnvironment(service, settings))).toEqual(expected);
  });

  it.each(SERVICES)('%s is told of no root key', (service) => {
    expect(Object.values(serviceEnvironment(service, settings)).join()).not.toContain('root');
  });
});
