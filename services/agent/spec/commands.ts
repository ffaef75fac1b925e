import {
  type CancelCommand,
  type Command,
  type HoldCommand,
  type Manifest,
  type Variant,
} from '@waybill/contracts/agent';
import { TestKeys } from '@waybill/testing';
import { v7 as uuidv7 } from 'uuid';
import type { ProvenExecute } from '../src/commands/proven-command.js';

/** Of the installation that all worlds of a spec file belong to. */
export const KEYS = new TestKeys();

export const HOUR = 3_600_000;

export function inFuture(milliseconds = HOUR): string {
  return new Date(Date.now() + milliseconds).toISOString();
}

/** A manifest with one variant for every Linux. */
export function manifestOf(variant: Omit<Variant, 'platform'>, name = 'acme-ledger', version = '2.4.0'): Manifest {
  return { package: name, version, variants: [{ platform: { os: 'linux' }, ...variant }] };
}

/** Nothing to download, nothing to do: a variant for specs of what surrounds it. */
export const PLAIN: Omit<Variant, 'platform'> = {
  artifacts: [{ file: 'a.deb', sha256: '0'.repeat(64), size: 10 }],
  installer: { type: 'deb' },
  detection: [{ deb: { package: 'acme-ledger', version: '2.4.0' } }],
};

export function executeCommand(part: Partial<ProvenExecute> & Pick<ProvenExecute, 'audience'>): ProvenExecute {
  const manifest = part.manifest ?? manifestOf(PLAIN);
  return {
    id: uuidv7(),
    v: 1,
    seq: 1,
    issuedAt: new Date().toISOString(),
    expiresAt: inFuture(),
    kind: 'execute',
    jobId: uuidv7(),
    run: 1,
    attempt: 1,
    priority: 5,
    action: 'install',
    ...KEYS.signed(manifest),
    selector: { kind: 'all' },
    resolvedAt: new Date().toISOString(),
    lateJoiners: 'include',
    exclude: { groups: [], computers: [] },
    ...part,
    manifest,
  };
}

/** As it travels: the manifest only inside its signature. */
export function onTheWire(command: Command | object): object {
  const { manifest: _, ...wire } = command as ProvenExecute;
  return wire;
}

/** The command with another manifest, properly signed whatever is in it. */
export function withManifest(command: ProvenExecute, manifest: object): ProvenExecute {
  return { ...command, manifest: manifest as Manifest, ...KEYS.signed(manifest as Manifest) };
}

/** What a later command about the same attempt has of the first. */
function about({ audience, jobId, run, attempt, expiresAt, selector }: ProvenExecute) {
  const issuedAt = new Date().toISOString();
  return { id: uuidv7(), v: 1 as const, seq: 2, audience, jobId, run, attempt, expiresAt, selector, issuedAt };
}

export function holdCommand(of: ProvenExecute, held: boolean, part: Partial<HoldCommand> = {}): HoldCommand {
  const reason = held ? 'Paused by admin.' : 'The job goes on.';
  return { ...about(of), kind: 'hold', revision: 2, held, reason, ...part };
}

export function cancelCommand(of: ProvenExecute, part: Partial<CancelCommand> = {}): CancelCommand {
  return { ...about(of), kind: 'cancel', status: 'canceled', reason: 'Wrong version.', ...part };
}
