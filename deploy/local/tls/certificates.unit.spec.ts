import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotateServerKey, tlsFilesIn } from './certificate-files.ts';
import { certify, isFresh, makeAuthority } from './certificates.ts';

describe('the local authority', () => {
  it('certifies servers by name and address, and nobody else', async () => {
    const authority = await makeAuthority('spec');
    const root = new X509Certificate(authority.certificate);
    const server = new X509Certificate((await certify(authority, ['localhost', '127.0.0.1'])).certificate);
    const stranger = new X509Certificate((await makeAuthority('spec')).certificate);
    expect([root.ca, server.ca]).toEqual([true, false]);
    expect(server.checkIssued(root)).toBe(true);
    expect(server.verify(root.publicKey)).toBe(true);
    expect(server.verify(stranger.publicKey)).toBe(false);
    expect([server.checkHost('localhost'), server.checkIP('127.0.0.1')]).toEqual(['localhost', '127.0.0.1']);
    expect([server.checkHost('evil.example'), server.checkIP('127.0.0.2')]).toEqual([undefined, undefined]);
  });

  it('renews a certificate a month before it runs out', async () => {
    const { certificate } = await certify(await makeAuthority('spec'), ['localhost']);
    expect(isFresh(certificate)).toBe(true);
    expect(isFresh(certificate, Date.now() + 370 * 86_400_000)).toBe(false);
  });

  it('keeps its files for the owner, and makes them once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'waybill-tls-'));
    try {
      const files = await tlsFilesIn(directory);
      for (const name of ['ca.pem', 'ca.key.pem', 'server.pem', 'server.key.pem'])
        expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
      const before = readFileSync(files.certificate, 'utf8');
      expect(await tlsFilesIn(directory)).toEqual(files);
      expect(readFileSync(files.certificate, 'utf8')).toBe(before);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('gives the servers a new key that whoever pins the authority believes, and says so when there is none', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'waybill-tls-'));
    try {
      await expect(rotateServerKey(directory)).rejects.toThrow('has no certificate authority');
      const files = await tlsFilesIn(directory);
      const read = () => Object.values(files).map((file) => readFileSync(file, 'utf8'));
      const [ca, certificate, key] = read();
      await rotateServerKey(directory);
      expect(read()).toEqual([ca, expect.not.stringMatching(certificate!), expect.not.stringMatching(key!)]);
      const server = new X509Certificate(readFileSync(files.certificate));
      expect(server.checkPrivateKey(createPrivateKey(readFileSync(files.key)))).toBe(true);
      expect(server.verify(new X509Certificate(ca!).publicKey)).toBe(true);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
