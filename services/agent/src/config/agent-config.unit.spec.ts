import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporary } from '../../spec/packages.js';
import { loadAgentConfig, stateDirectory } from './agent-config.js';
import { AGENT_HELP, parseFlags } from './agent-flags.js';
import { LOOPBACK } from './proxies.js';

describe('the settings of the agent', () => {
  const place = temporary('config');
  afterAll(() => place.dispose());
  const file = (content: string) => {
    const path = join(place.path, 'agent.json');
    writeFileSync(path, content);
    return path;
  };

  it('come from flags, then the environment, then the file, then defaults', () => {
    const path = file(
      JSON.stringify({ server: 'http://127.0.0.1:1', hostname: 'file', state: '/file', attributes: { site: 'osaka' } }),
    );
    const env = {
      WAYBILL_AGENT_CONFIG: path,
      WAYBILL_AGENT_HOSTNAME: 'env',
      WAYBILL_AGENT_STATE: '/env',
      WAYBILL_AGENT_BANDWIDTH: '2MiB',
    };
    expect(loadAgentConfig(['--state', '/flag'], env)).toMatchObject({
      server: 'http://127.0.0.1:1',
      hostname: 'env',
      state: '/flag',
      root: '/',
      attributes: { site: 'osaka' },
      bandwidth: [{ rate: 2 * 1024 * 1024 }],
      logLevel: 'info',
    });
  });

  it.each<[string, Record<string, string>, object | undefined]>([
    ['none', {}, undefined],
    [
      'its own for everything',
      { WAYBILL_AGENT_PROXY: 'http://p:1', HTTPS_PROXY: 'http://other:1' },
      { http: 'http://p:1', https: 'http://p:1', except: LOOPBACK },
    ],
    [
      'its own with exceptions',
      { WAYBILL_AGENT_PROXY: 'http://p:1', WAYBILL_AGENT_NO_PROXY: '.intra', NO_PROXY: 'x' },
      { http: 'http://p:1', https: 'http://p:1', except: `.intra,${LOOPBACK}` },
    ],
    [
      'those of the computer',
      { https_proxy: 'http://p:1', HTTP_PROXY: 'http://q:1', no_proxy: 'x' },
      { http: 'http://q:1', https: 'http://p:1', except: `x,${LOOPBACK}` },
    ],
    ['none where only exceptions are named', { NO_PROXY: 'x' }, undefined],
  ])('use proxies: %s', (_what, env, proxies) => {
    const config = loadAgentConfig(['--server', 'https://a'], { ...env, WAYBILL_AGENT_CONFIG: file('{}') });
    expect(config.proxies).toEqual(proxies);
  });

  it('say where users are found, and what restarts the computer', () => {
    const env = { WAYBILL_AGENT_SERVER: 'https://a/', WAYBILL_AGENT_CONFIG: file('{}') };
    expect(loadAgentConfig([], env)).toMatchObject({ sessions: '/run/user' });
    expect(loadAgentConfig([], env)).not.toHaveProperty('restartCommand');
    const set = { ...env, WAYBILL_AGENT_SESSIONS: '/run/x', WAYBILL_AGENT_RESTART_COMMAND: '/bin/x' };
    expect(loadAgentConfig([], set)).toMatchObject({ sessions: '/run/x', restartCommand: '/bin/x' });
    expect(() => loadAgentConfig([], { ...env, WAYBILL_AGENT_RESTART_COMMAND: 'reboot' })).toThrow(
      'The setting restartCommand (WAYBILL_AGENT_RESTART_COMMAND) is wrong: use the absolute path of a program.',
    );
  });

  it('tell who only asks the agent where its state is, and nothing else is needed for that', () => {
    const config = file('{"state":"/in/file"}');
    const env = { WAYBILL_AGENT_CONFIG: config, WAYBILL_AGENT_STATE: '/env' };
    expect(stateDirectory({ state: '/flag' }, env)).toBe('/flag');
    expect(stateDirectory({}, env)).toBe('/env');
    expect(stateDirectory({}, { WAYBILL_AGENT_CONFIG: config })).toBe('/in/file');
    expect(stateDirectory({ config }, {})).toBe('/in/file');
    expect(stateDirectory({}, {})).toBe('/var/lib/waybill-agent');
    expect(() => stateDirectory({ config: '/missing' }, {})).toThrow('/missing cannot be read');
  });

  it('read a secret from a file', () => {
    const secret = join(place.path, 'token');
    writeFileSync(secret, 'a-token-from-a-file\n');
    expect(loadAgentConfig(['--server', 'https://a/'], { WAYBILL_AGENT_TOKEN_FILE: secret })).toMatchObject({
      token: 'a-token-from-a-file',
      server: 'https://a',
    });
  });

  it('let a server be unencrypted beyond this computer when that is allowed by name', () => {
    const env = { WAYBILL_AGENT_ALLOW_PLAINTEXT: 'door,broker' };
    expect(loadAgentConfig(['--server', 'http://fleet.example'], env).allowPlaintext).toEqual(['door', 'broker']);
  });

  it('take attributes as pairs', () => {
    const env = { WAYBILL_AGENT_SERVER: 'https://a', WAYBILL_AGENT_ATTRIBUTES: 'department=accounting, site=a=b' };
    expect(loadAgentConfig([], env).attributes).toEqual({ department: 'accounting', site: 'a=b' });
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['no server', [], {}, /server is missing.*--server.*WAYBILL_AGENT_SERVER/],
    ['no address', ['--server', 'nonsense'], {}, /server .*agent door/],
    [
      'publishers that there are not',
      ['--server', 'https://a'],
      { WAYBILL_AGENT_PUBLISHERS: 'me' },
      /publishers .*organisation/,
    ],
    ['an unknown flag', ['--sever', 'x'], {}, /--sever/],
    ['a flag without its value', ['--server'], {}, /--server/],
    [
      'a wrong bandwidth',
      ['--server', 'https://a'],
      { WAYBILL_AGENT_BANDWIDTH: 'fast' },
      /WAYBILL_AGENT_BANDWIDTH.*"fast": use rates per second.*10MiB/,
    ],
    [
      'a proxy of another kind',
      ['--server', 'https://a'],
      { WAYBILL_AGENT_PROXY: 'socks5://proxy:1080' },
      /WAYBILL_AGENT_PROXY.*http:\/\/proxy\.example:3128/,
    ],
    ['a wrong level', ['--server', 'https://a'], { WAYBILL_AGENT_LOG_LEVEL: 'loud' }, /WAYBILL_AGENT_LOG_LEVEL/],
    ['a pair without a name', ['--server', 'https://a'], { WAYBILL_AGENT_ATTRIBUTES: 'accounting' }, /name=value/],
    ['a missing file', ['--config', '/nowhere.json'], {}, /nowhere\.json cannot be read/],
    ['a short token', ['--server', 'https://a'], { WAYBILL_AGENT_TOKEN: 'x' }, /token/],
    ['a short token on the command line', ['--server', 'https://a', '--token', 'x'], {}, /token/],
    [
      'an unencrypted server',
      ['--server', 'http://fleet.example'],
      {},
      /https:\/\/.*"door".*WAYBILL_AGENT_ALLOW_PLAINTEXT/,
    ],
    [
      'a link that is none',
      ['--server', 'https://a'],
      { WAYBILL_AGENT_ALLOW_PLAINTEXT: 'all' },
      /door, broker, downloads/,
    ],
    ['a missing CA', ['--server', 'https://a', '--ca', '/nowhere.pem'], {}, /--ca.*nowhere\.pem/],
  ])('are refused for %s, in one sentence', (_, args, env, sentence) => {
    expect(() => loadAgentConfig(args, env)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringMatching(sentence) }),
    );
  });

  it.each([
    ['not JSON', /not a JSON object/],
    ['{"severs": 1}', /unknown setting "severs"/],
  ])('are refused in a file that holds %s', (content, sentence) => {
    expect(() => loadAgentConfig(['--server', 'https://a', '--config', file(content)], {})).toThrow(sentence);
  });

  it('are explained', () => {
    expect(parseFlags(['--help']).help).toBe(true);
    for (const word of [
      '--server',
      'WAYBILL_AGENT_TOKEN',
      '--ca',
      '--state',
      '--root',
      'WAYBILL_AGENT_HOSTNAME',
      'WAYBILL_AGENT_ATTRIBUTES',
    ])
      expect(AGENT_HELP).toContain(word);
  });
});
