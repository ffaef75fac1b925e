import { randomUUID } from 'node:crypto';
import { eventually, newKey } from '@waybill/testing';
import { executeCommand, KEYS, manifestOf, PLAIN } from '../../spec/commands.js';
import { IntakeWorld } from '../../spec/intake-world.js';
import { demandOwnKey } from './demand-own-key.js';
import { verifyCommand } from './verify-command.js';

const manifest = manifestOf(PLAIN);
const strict = () => new IntakeWorld(demandOwnKey({ verify: verifyCommand }));

function publisher(holder: 'organisation' | 'service') {
  return KEYS.add(`${holder}-${randomUUID()}`, 'publish', { holder });
}

describe('a computer that takes only what the organisation’s own key signed', () => {
  it('installs that', async () => {
    const world = strict();
    const key = publisher('organisation');
    world.keySet = KEYS.current;
    const command = executeCommand({ audience: world.audience, manifest, ...KEYS.signed(manifest, key) });
    await world.take(await world.sign(command));
    await eventually(() => expect(world.journal.attempt(command)?.status).toBe('succeeded'));
  });

  it('rejects what the package service signed, says why, and installs nothing', async () => {
    const world = strict();
    const key = publisher('service');
    world.keySet = KEYS.current;
    const command = executeCommand({ audience: world.audience, manifest, ...KEYS.signed(manifest, key) });
    await world.take(await world.sign(command));
    await eventually(() =>
      expect(world.journal.attempt(command)).toMatchObject({
        status: 'rejected',
        verdict: {
          reason: 'manifest.refused',
          message: expect.stringContaining(`${key.kid}, which a service holds`) as string,
        },
      }),
    );
    expect(world.received).toEqual([]);
  });

  it('still refuses what is forged', async () => {
    const world = strict();
    const command = executeCommand({ audience: world.audience });
    await world.take(await world.sign(command, newKey(KEYS.command.kid)));
    expect(world.journal.attempt(command)).toBeNull();
  });
});
