import { randomUUID } from 'node:crypto';
import type { Manifest, ProgressReport, StatusReport } from '@waybill/contracts';

/** A valid manifest of one `.deb` for Linux. */
export function aManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    package: 'acme-ledger',
    version: '2.4.0',
    title: 'Acme Ledger',
    publisher: 'Acme',
    variants: [
      {
        platform: { os: 'linux', arch: ['amd64'] },
        artifacts: [{ file: 'acme-ledger_2.4.0_amd64.deb' }],
        installer: { type: 'deb' },
        requirements: [{ disk: { path: '/', free: '100MiB' } }],
        timeout: 'PT20M',
      },
    ],
    ...changes,
  };
}

/** A status report of a computer that has just accepted a job. */
export function aStatusReport(changes: Partial<StatusReport> = {}): StatusReport {
  return {
    v: 1,
    computerId: randomUUID(),
    jobId: randomUUID(),
    run: 1,
    attempt: 1,
    seq: 1,
    status: 'accepted',
    at: new Date().toISOString(),
    ...changes,
  };
}

/** A progress report half-way through a download of 1 MiB. */
export function aProgressReport(changes: Partial<ProgressReport> = {}): ProgressReport {
  return {
    v: 1,
    computerId: randomUUID(),
    jobId: randomUUID(),
    run: 1,
    attempt: 1,
    bytesDone: 524_288,
    bytesTotal: 1_048_576,
    at: new Date().toISOString(),
    ...changes,
  };
}
