import type { KeySet, SessionRefreshNotice } from '@waybill/contracts/agent';
import { COMMAND_JWS_TYPE } from '@waybill/contracts/agent';
import { newKey } from '@waybill/testing';
import { CompactSign } from 'jose';
import { executeCommand, inFuture, KEYS, onTheWire, withManifest } from '../../spec/commands.js';
import { judgeMisunderstood } from './judge-command.js';
import { MemoizedVerifier, verifyCommand as verify } from './verify-command.js';

const keys = KEYS.current;
const now = Date.now();
const { command: commandKey, session: sessionKey } = KEYS;
/** Somebody else's, under the name of the command key. */
const foreignKey = newKey(commandKey.kid);
const verifyCommand = (jws: string, set: KeySet | null = keys) => verify(jws, set, Date.now());
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
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(onTheWire(payload)));
  return new CompactSign(bytes)
    .setProtectedHeader({ alg: 'EdDSA', typ: COMMAND_JWS_TYPE, kid: key.kid, ...header })
    .sign(key.privateKey);
}

describe('proof of origin', () => {
  it('holds for commands by the command key and notices by the session key', async () => {
    expect(await verifyCommand(await sign(command))).toEqual({
      ok: true,
      command: { ...command, signedBy: KEYS.command.kid },
    });
    expect(await verifyCommand(await sign(notice, sessionKey))).toEqual({
      ok: true,
      command: notice,
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['another key under the same name', () => sign(command, foreignKey)],
    ['a name that is not pinned', () => sign(command, foreignKey, { kid: 'x' })],
    ['the session key', () => sign(command, sessionKey)],
    ['the command key, for a notice', () => sign(notice)],
    ['another type of token', () => sign(command, commandKey, { typ: 'JWT' })],
    [
      'a changed payload',
      async () =>
        (await sign(command)).replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify(onTheWire({ ...command, attempt: 9 }))).toString('base64url')}.`,
        ),
    ],
    ['no signature', async () => (await sign(command)).replace(/[^.]+$/, '')],
    [
      'no algorithm',
      () =>
        Promise.resolve(
          `${Buffer.from(JSON.stringify({ alg: 'none', typ: COMMAND_JWS_TYPE, kid: commandKey.kid })).toString('base64url')}.${Buffer.from(JSON.stringify(onTheWire(command))).toString('base64url')}.`,
        ),
    ],
    ['no command', () => sign({ hello: 'world' })],
    ['no JSON', () => sign('{')],
    ['no token at all', () => Promise.resolve('hello')],
    ['an action nobody knows', () => sign({ ...command, action: 'format' })],
    ['a manifest with an unknown key', () => sign(withManifest(command, { ...command.manifest, evil: true }))],
  ])('is refused for %s', async (_, jws) => {
    expect((await verifyCommand(await jws())).ok).toBe(false);
  });

  it('of the server’s own key holds for what this agent does not understand, of another key never', async () => {
    const newer = withManifest(command, { ...command.manifest, signing: 'new' });
    expect(await verifyCommand(await sign(newer))).toMatchObject({ genuine: true });
    expect(await verifyCommand(await sign({ hello: 'world' }))).toMatchObject({ genuine: true, claimed: null });
    expect(await verifyCommand(await sign(newer, sessionKey))).toMatchObject({ genuine: false });
    expect(await verifyCommand(await sign(newer, foreignKey))).toMatchObject({ genuine: false });
    expect(await verifyCommand(await sign(command, foreignKey))).toMatchObject({ genuine: false });
  });

  it('is refused, and never an error, for a header that holds no text', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const [typ, kid] of [
      [{ toString: 1 }, commandKey.kid],
      [COMMAND_JWS_TYPE, { toString: 1, valueOf: 1 }],
      [COMMAND_JWS_TYPE, null],
    ]) {
      const jws = `${part({ alg: 'EdDSA', typ, kid })}.${part(onTheWire(command))}.AAAA`;
      expect(await verifyCommand(jws)).toMatchObject({ ok: false, genuine: false, claimed: { id: command.id } });
    }
  });

  it('leaves enough of a command that is not understood to report its refusal', async () => {
    const newer = withManifest(command, { ...command.manifest, signing: 'new' });
    const verified = await verifyCommand(await sign(newer));
    const { jobId, run, attempt } = command;
    expect(verified).toMatchObject({ ok: false, genuine: true, claimed: { kind: 'execute', jobId, run, attempt } });
    if (verified.ok || !verified.genuine) throw new Error('it was accepted, or taken for a forgery');
    const facts = {
      groupIds: [],
      now: Date.now(),
      zone: () => 'UTC',
      attempts: [],
      cancel: null,
      unconfirmed: null,
      computerId: command.jobId,
    };
    const source = { kind: 'inbox' as const, stream: 's', shard: 1 };
    expect(judgeMisunderstood(verified.claimed, verified, { ...facts, source })).toMatchObject({
      do: 'close',
      status: 'rejected',
      reason: 'command.notUnderstood',
      detail: expect.stringContaining('/manifest') as string,
    });
  });

  it('is judged once per message and set of keys when it is shared', async () => {
    const verifier = new MemoizedVerifier(2);
    const jws = await sign(command);
    expect(verifier.verify(jws, keys, now)).toBe(verifier.verify(jws, keys, Date.now()));
    expect(await verifier.verify(jws, null, 0)).toMatchObject({ ok: false });
    expect(await verifier.verify(jws, keys, now)).toMatchObject({ ok: true });
  });
});
