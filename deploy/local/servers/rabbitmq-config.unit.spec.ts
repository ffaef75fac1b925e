import { createHash } from 'node:crypto';
import { brokerDefinitions, enabledPlugins, rabbitmqConf } from './rabbitmq-config.ts';

const config = {
  amqpPort: 5672,
  managementPort: 15_672,
  prometheusPort: 15_692,
  tokenKeys: [
    { kid: 'waybill-token-1', file: '/keys/token.pub.pem' },
    { kid: 'waybill-token-0', file: '/keys/old.pub.pem' },
  ],
  definitionsFile: '/etc/definitions.json',
};

describe('rabbitmq.conf', () => {
  it('listens on loopback alone', () => {
    const conf = rabbitmqConf(config);
    expect(conf).toContain('listeners.tcp.1 = 127.0.0.1:5672\n');
    expect(conf).toContain('management.tcp.ip = 127.0.0.1\n');
    expect(conf).toContain('prometheus.tcp.ip = 127.0.0.1\n');
  });

  it('checks tokens by our key, after accounts of its own', () => {
    const conf = rabbitmqConf(config);
    expect(conf).toContain('auth_backends.1 = internal\nauth_backends.2 = rabbit_auth_backend_oauth2\n');
    expect(conf).toContain('auth_oauth2.signing_keys.waybill-token-1 = /keys/token.pub.pem\n');
    expect(conf).toContain('auth_oauth2.signing_keys.waybill-token-0 = /keys/old.pub.pem\n');
    expect(conf).toContain('auth_oauth2.default_key = waybill-token-1\n');
    expect(conf).toContain('auth_oauth2.algorithms.1 = EdDSA\n');
    expect(conf).toContain('auth_oauth2.preferred_username_claims.1 = sub\n');
  });

  it('enables the plugins that presence and tokens need', () => {
    expect(enabledPlugins).toBe(
      '[rabbitmq_management,rabbitmq_auth_backend_oauth2,rabbitmq_event_exchange,rabbitmq_prometheus].\n',
    );
  });
});

describe('definitions', () => {
  it('hold one administrator, whose password they do not give away', () => {
    const salt = Buffer.from('01020304', 'hex');
    const text = brokerDefinitions({ name: 'admin', password: 'open sesame' }, salt);
    const { users } = JSON.parse(text) as { users: { name: string; password_hash: string }[] };
    const hash = createHash('sha256')
      .update(Buffer.concat([salt, Buffer.from('open sesame')]))
      .digest();
    expect(users).toHaveLength(1);
    expect(users[0]?.password_hash).toBe(Buffer.concat([salt, hash]).toString('base64'));
    expect(text).not.toContain('sesame');
  });
});
