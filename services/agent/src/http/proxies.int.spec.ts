import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { createServer as createHttp, type IncomingMessage, request as requestHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { eventually } from '@waybill/testing';
import { X509CertificateGenerator } from '@peculiar/x509';
import { httpConnections, httpRequest } from './http-request.js';

/** What was asked of the proxy: `CONNECT host:port` or `GET http://…`, and with which credentials. */
interface Asked {
  what: string;
  authorization: string | undefined;
}

/** A certificate that vouches for itself. */
async function selfSigned() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = { name: 'CN=fleet.intra', keys, signingAlgorithm: algorithm };
  const certificate = await X509CertificateGenerator.createSelfSigned(made, webcrypto);
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { key, cert: certificate.toString('pem') };
}
const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
const textOf = async (answer: IncomingMessage): Promise<string> => {
  answer.setEncoding('utf8');
  let text = '';
  for await (const part of answer) text += part as string;
  return text;
};

describe('through a proxy', () => {
  const asked: Asked[] = [];
  let refuses = false;
  let proxy: Server;
  let plain: Server;
  let secure: Server;
  let ports: { proxy: number; plain: number; secure: number };

  beforeAll(async () => {
    const { key, cert } = await selfSigned();
    // pretends that names of the intranet are this computer
    proxy = createHttp((request, response) => {
      asked.push({ what: `${request.method} ${request.url}`, authorization: request.headers['proxy-authorization'] });
      const { port, pathname } = new URL(request.url!);
      requestHttp({ port, path: pathname, host: '127.0.0.1' }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      }).end();
    });
    proxy.on('connect', (request: IncomingMessage, client) => {
      asked.push({ what: `CONNECT ${request.url}`, authorization: request.headers['proxy-authorization'] });
      if (refuses) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      const target = connect(Number(request.url!.split(':')[1]), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        target.pipe(client).pipe(target);
      });
      for (const one of [target, client]) one.on('error', () => (target.destroy(), client.destroy()));
    });
    plain = createHttp((_, response) => void response.end('plain'));
    secure = createHttps({ key, cert }, (_, response) => void response.end('secure'));
    ports = { proxy: await listening(proxy), plain: await listening(plain), secure: await listening(secure) };
  });
  afterAll(() => {
    for (const server of [proxy, plain, secure]) {
      server.closeAllConnections();
      server.close();
    }
  });
  beforeEach(() => {
    asked.length = 0;
    refuses = false;
  });

  const ask = async (url: string, { user = '', except = '' } = {}) => {
    const address = `http://${user}127.0.0.1:${ports.proxy}`;
    const connections = httpConnections({ proxies: { http: address, https: address, except } });
    // the certificate is a spec's matter: that the agent believes no other is proved elsewhere
    connections.https.options.rejectUnauthorized = false;
    try {
      return await textOf(await httpRequest(url, { idleMs: 5_000, connections }));
    } finally {
      connections.http.destroy();
      connections.https.destroy();
    }
  };

  it('https goes in a tunnel that the proxy cannot read, with its credentials', async () => {
    const url = `https://fleet.intra:${ports.secure}/`;
    expect(await ask(url, { user: 'anna:s%C3%BC%C3%9F@' })).toBe('secure');
    const authorization = `Basic ${Buffer.from('anna:süß').toString('base64')}`;
    expect(asked).toEqual([{ what: `CONNECT fleet.intra:${ports.secure}`, authorization }]);
  });

  it('plain http is asked of the proxy by its whole address', async () => {
    expect(await ask(`http://files.intra:${ports.plain}/a`)).toBe('plain');
    expect(asked).toEqual([{ what: `GET http://files.intra:${ports.plain}/a`, authorization: undefined }]);
  });

  it.each(['localhost', '127.0.0.1', '*', '.0.0.1,localhost'])('hosts in %s are asked directly', async (except) => {
    const host = except === 'localhost' || except.startsWith('.') ? 'localhost' : '127.0.0.1';
    expect(await ask(`http://${host}:${ports.plain}/`, { except })).toBe('plain');
    expect(await ask(`https://${host}:${ports.secure}/`, { except })).toBe('secure');
    expect(asked).toEqual([]);
  });

  it('that refuses, and one that is away, are failures that say so', async () => {
    refuses = true;
    await expect(ask(`https://fleet.intra:${ports.secure}/`)).rejects.toThrow(/407|proxy/i);
    const gone = httpConnections({ proxies: { https: 'http://127.0.0.1:1' } });
    await expect(httpRequest('https://fleet.intra/', { idleMs: 5_000, connections: gone })).rejects.toThrow(
      'ECONNREFUSED',
    );
    await eventually(() => expect(asked).toHaveLength(1));
  });
});
