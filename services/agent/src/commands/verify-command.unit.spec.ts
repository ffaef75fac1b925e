import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { COMMAND_JWS_TYPE, type SessionRefreshNotice } from '@waybill/contracts/agent';
import { CompactSign } from 'jose';
import { executeCommand, inFuture } from '../../spec/commands.js';
import { publicOf } from '../../spec/fake-door.js';
import { judgeMisunderstood } from './judge-command.js';
import { MemoizedVerifier, type ServerKey, verifyCommand } from './verify-command.js';

const [commandKey, sessionKey, foreignKey] = [1, 2, 3].map(() => generateKeyPairSync('ed25519').privateKey) as [
  KeyObject,
  KeyObject,
  KeyObject,
];
const keys: ServerKey[] = [
  { kid: 'c', use: 'command', publicKey: publicOf(commandKey) },
  { kid: 's', use: 'session', publicKey: publicOf(sessionKey) },
];
const command = executeCommand({ audience: { shard: 1 } });
const notice: SessionRefreshNotice = {
  id: command.id,
  v: 1,
  seq: 0,
  kind: 'session.refresh',
  audience: { shard: 1 },
  computerId: command.jobId,
  issuedAt: inFuture(0),
  expiresAt: inFuture(),
};

function sign(payload: object | string, key = commandKey, header: object = {}): Promise<string> {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return new CompactSign(bytes)
    .setProtectedHeader({ alg: 'EdDSA', typ: COMMAND_JWS_TYPE, kid: 'c', ...header })
    .sign(key);
}

describe('proof of origin', () => {
  it('holds for commands by the command key and notices by the session key', async () => {
    expect(await verifyCommand(await sign(command), keys)).toEqual({ ok: true, command });
    expect(await verifyCommand(await sign(notice, sessionKey, { kid: 's' }), keys)).toEqual({
      ok: true,
      command: notice,
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['another key under the same name', () => sign(command, foreignKey)],
    ['a name that is not pinned', () => sign(command, foreignKey, { kid: 'x' })],
    ['the session key', () => sign(command, sessionKey, { kid: 's' })],
    ['the command key, for a notice', () => sign(notice)],
    ['another type of token', () => sign(command, commandKey, { typ: 'JWT' })],
    [
      'a changed payload',
      async () =>
        (await sign(command)).replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify({ ...command, attempt: 9 })).toString('base64url')}.`,
        ),
    ],
    ['no signature', async () => (await sign(command)).replace(/[^.]+$/, '')],
    [
      'no algorithm',
      () =>
        Promise.resolve(
          `${Buffer.from(JSON.stringify({ alg: 'none', typ: COMMAND_JWS_TYPE, kid: 'c' })).toString('base64url')}.${Buffer.from(JSON.stringify(command)).toString('base64url')}.`,
        ),
    ],
    ['no command', () => sign({ hello: 'world' })],
    ['no JSON', () => sign('{')],
    ['no token at all', () => Promise.resolve('hello')],
    ['an action nobody knows', () => sign({ ...command, action: 'format' })],
    ['a manifest with an unknown key', () => sign({ ...command, manifest: { ...command.manifest, evil: true } })],
  ])('is refused for %s', async (_, jws) => {
    expect((await verifyCommand(await jws(), keys)).ok).toBe(false);
  });

  it('of the server’s own key holds for what this agent does not understand, of another key never', async () => {
    const newer = { ...command, manifest: { ...command.manifest, signing: 'new' } };
    expect(await verifyCommand(await sign(newer), keys)).toMatchObject({ genuine: true });
    expect(await verifyCommand(await sign({ hello: 'world' }), keys)).toMatchObject({ genuine: true, claimed: null });
    expect(await verifyCommand(await sign(newer, sessionKey, { kid: 's' }), keys)).toMatchObject({ genuine: false });
    expect(await verifyCommand(await sign(newer, foreignKey), keys)).toMatchObject({ genuine: false });
    expect(await verifyCommand(await sign(command, foreignKey), keys)).toMatchObject({ genuine: false });
  });

  it('is refused, and never an error, for a header that holds no text', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const [typ, kid] of [
      [{ toString: 1 }, 'c'],
      [COMMAND_JWS_TYPE, { toString: 1, valueOf: 1 }],
      [COMMAND_JWS_TYPE, null],
    ]) {
      const jws = `${part({ alg: 'EdDSA', typ, kid })}.${part(command)}.AAAA`;
      expect(await verifyCommand(jws, keys)).toMatchObject({ ok: false, genuine: false, claimed: { id: command.id } });
    }
  });

  it('leaves enough of a command that is not understood to report its refusal', async () => {
    const newer = { ...command, manifest: { ...command.manifest, signing: 'new' } };
    const verified = await verifyCommand(await sign(newer), keys);
    const { jobId, run, attempt } = command;
    expect(verified).toMatchObject({ ok: false, genuine: true, claimed: { kind: 'execute', jobId, run, attempt } });
    if (verified.ok || !verified.genuine) throw new Error('it was accepted, or taken for a forgery');
    const facts = { groupIds: [], now: Date.now(), attempts: [], cancel: null, computerId: command.jobId };
    const source = { kind: 'inbox' as const, stream: 's', shard: 1 };
    expect(judgeMisunderstood(verified.claimed, verified.why, { ...facts, source })).toMatchObject({
      do: 'close',
      status: 'rejected',
      reason: 'command.notUnderstood',
      detail: expect.stringContaining('/manifest') as string,
    });
  });

  it('is judged once per message and set of keys when it is shared', async () => {
    const verifier = new MemoizedVerifier(2);
    const jws = await sign(command);
    expect(verifier.verify(jws, keys)).toBe(verifier.verify(jws, keys));
    expect(await verifier.verify(jws, [])).toMatchObject({ ok: false });
    expect(await verifier.verify(jws, keys)).toMatchObject({ ok: true });
  });
});
