import { type CancelCommand, type ExecuteCommand, type Manifest, type Variant } from '@waybill/contracts/agent';
import { v7 as uuidv7 } from 'uuid';

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

export function executeCommand(part: Partial<ExecuteCommand> & Pick<ExecuteCommand, 'audience'>): ExecuteCommand {
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
    manifest: manifestOf(PLAIN),
    manifestDigest: `sha256:${'0'.repeat(64)}`,
    selector: { kind: 'all' },
    resolvedAt: new Date().toISOString(),
    lateJoiners: 'include',
    exclude: { groups: [], computers: [] },
    ...part,
  };
}

export function cancelCommand(of: ExecuteCommand, part: Partial<CancelCommand> = {}): CancelCommand {
  const { audience, jobId, run, attempt, expiresAt, selector } = of;
  return {
    id: uuidv7(),
    v: 1,
    seq: 2,
    audience,
    jobId,
    run,
    attempt,
    expiresAt,
    selector,
    issuedAt: new Date().toISOString(),
    kind: 'cancel',
    status: 'canceled',
    reason: 'Wrong version.',
    ...part,
  };
}
