import { addressesFrom } from './server-addresses.ts';

describe('addresses in the environment', () => {
  it('are none when nothing is set', () => {
    expect(addressesFrom({}, 'WAYBILL_STACK_')).toEqual({});
  });

  it('name a server with all it needs', () => {
    const env = {
      WAYBILL_STACK_POSTGRES_URL: 'postgres://u:p@db/postgres',
      WAYBILL_STACK_BROKER_URL: 'amqp://u:p@mq:5672/',
      WAYBILL_STACK_BROKER_MANAGEMENT_URL: 'http://u:p@mq:15672/',
      WAYBILL_STACK_TOKEN_KEY_FILE: '/keys/token.pem',
    };
    expect(addressesFrom(env, 'WAYBILL_STACK_')).toEqual({
      postgresUrl: 'postgres://u:p@db/postgres',
      broker: {
        brokerUrl: 'amqp://u:p@mq:5672',
        managementUrl: 'http://u:p@mq:15672',
        tokenKeyFile: '/keys/token.pem',
        tokenKeyId: 'waybill-token-1',
      },
    });
  });

  it('that name a server by half are refused in one sentence', () => {
    expect(() => addressesFrom({ WAYBILL_STACK_S3_ENDPOINT: 'http://s3' }, 'WAYBILL_STACK_')).toThrow(
      'WAYBILL_STACK_S3_ENDPOINT is set but WAYBILL_STACK_S3_ACCESS_KEY and WAYBILL_STACK_S3_SECRET_KEY are not: set all of them or none.',
    );
  });
});
