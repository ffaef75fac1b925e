import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAccess } from './server-access.js';

const TOKEN = { WAYBILL_API_TOKEN: 'wbt_secret' };

describe('where to publish and as whom', () => {
  it.each([
    ['https://waybill.example', {}, 'https://waybill.example'],
    ['https://waybill.example/', {}, 'https://waybill.example'],
    ['https://waybill.example/wb/api/v1/', {}, 'https://waybill.example/wb'],
    ['http://127.0.0.1:8080', {}, 'http://127.0.0.1:8080'],
    [undefined, { WAYBILL_SERVER: 'https://a.example' }, 'https://a.example'],
    ['https://b.example', { WAYBILL_SERVER: 'https://a.example' }, 'https://b.example'],
    ['http://inside.example', { WAYBILL_ALLOW_PLAINTEXT: 'broker, http' }, 'http://inside.example'],
  ])('%s with %j is %s', (address, env, server) => {
    expect(serverAccess(address, { ...TOKEN, ...env })).toEqual({ server, token: 'wbt_secret' });
  });

  it.each([
    [undefined, {}, 'name the server by --server or WAYBILL_SERVER'],
    ['waybill.example', {}, 'is no address of a server'],
    ['ftp://waybill.example', {}, 'is no address of a server'],
    ['https://me:secret@waybill.example', {}, 'is no address of a server'],
    ['https://waybill.example?x', {}, 'is no address of a server'],
    ['http://waybill.example', {}, 'unencrypted: use https://, or name "http"'],
    ['https://a.example', { WAYBILL_API_TOKEN: '' }, 'No token: give an API token by WAYBILL_API_TOKEN'],
    ['https://a.example', { WAYBILL_API_TOKEN_FILE: '/nowhere' }, 'not both'],
    [
      'https://a.example',
      { WAYBILL_API_TOKEN: '', WAYBILL_API_TOKEN_FILE: '/nowhere' },
      '/nowhere cannot be read (ENOENT)',
    ],
    ['https://a.example', { WAYBILL_API_TOKEN: 'a b' }, 'holds spaces'],
  ])('%s with %j is refused: %s', (address, env, message) => {
    expect(() => serverAccess(address, { ...TOKEN, ...env })).toThrow(message);
  });

  it('reads the token from a file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'waybill-token-'));
    try {
      writeFileSync(join(directory, 'token'), 'wbt_filed\n');
      const env = { WAYBILL_API_TOKEN_FILE: join(directory, 'token') };
      expect(serverAccess('https://a.example', env).token).toBe('wbt_filed');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
