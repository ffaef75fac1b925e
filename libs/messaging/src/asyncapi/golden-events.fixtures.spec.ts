import { type EVENT_CLASSES, EVENTS, type EventType, emptyCounters, type Manifest } from '@waybill/contracts';

export const ID = '01997a00-0000-7000-8000-000000000001';
export const OTHER_ID = '01997a00-0000-7000-8000-000000000002';
export const AT = '2026-09-01T00:00:00.000Z';
export const SHA256 = 'ab'.repeat(32);
export const DIGEST = `sha256:${SHA256}`;

/** The shape of one; nothing here checks a signature. */
export const SIGNED_MANIFEST = 'eyJhbGciOiJFZERTQSJ9.e30.AAAA';
export const MANIFEST: Manifest = {
  package: 'acme-ledger',
  version: '2.4.0',
  variants: [
    {
      platform: { os: 'linux' },
      artifacts: [{ file: 'acme-ledger_2.4.0_all.deb', sha256: SHA256, size: 1024 }],
      installer: { type: 'deb' },
      requirements: [{ disk: { path: '/opt', free: '500MiB' } }],
      detection: [{ deb: { package: 'acme-ledger', version: '2.4.0' } }],
    },
  ],
};

type Events = { [T in EventType]: InstanceType<(typeof EVENT_CLASSES)[T]> };

/** One good event of each type, every field filled in. */
export const GOLDEN_EVENTS: Events = {
  [EVENTS.packageVersionPublished]: {
    v: 1,
    versionId: ID,
    package: 'acme-ledger',
    version: '2.4.0',
    manifest: MANIFEST,
    manifestDigest: DIGEST,
    signedManifest: SIGNED_MANIFEST,
    objectKeys: { [SHA256]: `artifacts/${SHA256}` },
    publishedAt: AT,
  },
  [EVENTS.packageVersionWithdrawn]: {
    v: 1,
    versionId: ID,
    package: 'acme-ledger',
    version: '2.4.0',
    withdrawnAt: AT,
  },
  [EVENTS.groupChanged]: { v: 1, groupId: ID, name: 'accounting', generation: 1, revision: 2, deleted: false },
  [EVENTS.groupMembersChanged]: { v: 1, groupId: ID, joined: [ID], left: [OTHER_ID], at: AT },
  [EVENTS.computerRemoved]: { v: 1, computerId: ID, at: AT },
  [EVENTS.jobStatusChanged]: { v: 1, jobId: ID, run: 1, status: 'running', at: AT },
  [EVENTS.jobTargetsAssigned]: {
    v: 1,
    jobId: ID,
    run: 1,
    chunk: 0,
    chunks: 1,
    total: 2,
    expiresAt: AT,
    targets: [
      { computerId: ID, name: 'pc-1', online: true, lastSeenAt: null },
      { computerId: OTHER_ID, name: 'pc-2', online: false, lastSeenAt: AT },
    ],
  },
  [EVENTS.jobExecutionsReady]: { v: 1, jobId: ID, run: 1, total: 2 },
  [EVENTS.jobArchived]: { v: 1, jobId: ID, at: AT },
  [EVENTS.jobWaveReleased]: { v: 1, jobId: ID, run: 1, wave: 2, at: AT },
  [EVENTS.jobTargetsLeft]: { v: 1, jobId: ID, run: 1, computers: [ID] },
  [EVENTS.jobComputersTold]: { v: 1, jobId: ID, run: 1, computers: [ID] },
  [EVENTS.jobCancelRequested]: {
    v: 1,
    jobId: ID,
    run: 1,
    status: 'canceled',
    reason: 'wrong version',
    attempt: 1,
    at: AT,
  },
  [EVENTS.jobProgressed]: {
    v: 1,
    jobId: ID,
    run: 1,
    total: 2,
    counters: { ...emptyCounters(), succeeded: 2 },
    finished: 2,
    attempt: 1,
    at: AT,
  },
  [EVENTS.jobAttemptsEnded]: {
    v: 1,
    jobId: ID,
    run: 1,
    attempts: [
      {
        computerId: ID,
        computerName: 'pc-1',
        attempt: 1,
        status: 'failed',
        reason: 'install.exitCode',
        message: 'The installer ended with exit code 1603.',
        exitCode: 1603,
        endedAt: AT,
      },
    ],
  },
  [EVENTS.executionAnomaly]: { v: 1, computerId: ID, jobId: ID, run: 1, attempt: 1, kind: 'noExecution', at: AT },
};
