import { type Command, COMMAND_TYPES, type ProgressReport, REPORT_TYPES, type StatusReport } from '@waybill/contracts';
import { AT, DIGEST, ID, OTHER_ID, SIGNED_MANIFEST } from './golden-events.fixtures.spec.js';

type CommandOf<K extends Command['kind']> = Extract<Command, { kind: K }>;

const header = { id: ID, v: 1 as const, seq: 7, issuedAt: AT, expiresAt: AT };

const commands: { [K in Command['kind']]: CommandOf<K> } = {
  execute: {
    ...header,
    kind: 'execute',
    audience: { group: ID, generation: 1 },
    jobId: ID,
    run: 1,
    attempt: 1,
    priority: 5,
    action: 'install',
    signedManifest: SIGNED_MANIFEST,
    manifestDigest: DIGEST,
    selector: { kind: 'slice', from: 0, to: 0.1 },
    resolvedAt: AT,
    lateJoiners: 'exclude',
    exclude: { groups: [ID], computers: [OTHER_ID] },
    revision: 3,
    installAt: AT,
    user: { notify: true, deferrals: 3, deadlineMs: 172_800_000, restart: 'ask' },
  },
  cancel: {
    ...header,
    kind: 'cancel',
    audience: { shard: 3 },
    jobId: ID,
    run: 1,
    attempt: 1,
    selector: { kind: 'computers', ids: [ID] },
    status: 'canceled',
    reason: 'wrong version',
  },
  hold: {
    ...header,
    kind: 'hold',
    audience: { shard: 3 },
    jobId: ID,
    run: 1,
    attempt: 1,
    selector: { kind: 'all' },
    revision: 3,
    held: true,
    reason: 'Paused by admin.',
  },
  'session.refresh': { ...header, kind: 'session.refresh', audience: { shard: 3 }, seq: 0, computerId: ID },
};

/** Payload of one good command of each type. */
export const GOLDEN_COMMANDS: Record<string, Command> = Object.fromEntries(
  Object.values(commands).map((command) => [COMMAND_TYPES[command.kind], command]),
);

const status: StatusReport = {
  v: 1,
  computerId: ID,
  jobId: ID,
  run: 1,
  attempt: 1,
  seq: 3,
  status: 'failed',
  reason: 'install.exitCode',
  message: 'The installer ended with exit code 1.',
  exitCode: 1,
  at: AT,
  steps: [{ name: 'install', startedAt: AT, finishedAt: AT, ok: false, detail: 'exit code 1' }],
  logTail: 'dpkg: error processing package',
  evidence: 'not installed',
};

const progress: ProgressReport = {
  v: 1,
  computerId: ID,
  jobId: ID,
  run: 1,
  attempt: 1,
  bytesDone: 512,
  bytesTotal: 1024,
  at: AT,
};

/** One good report of each type, every field filled in. */
export const GOLDEN_REPORTS = { [REPORT_TYPES.status]: status, [REPORT_TYPES.progress]: progress };
