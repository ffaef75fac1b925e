import { emptyCounters, type ExecutionView, RESULT_RPC, type ResultRpc } from '@waybill/contracts';
import { AT, ID, OTHER_ID } from './golden-events.fixtures.spec.js';

const page = { filter: 'name==a*', sort: '-name', limit: 10, cursor: 'b3BhcXVl' };
const pageOf = <T>(item: T) => ({ items: [item], nextCursor: null });

const reportSlice = { total: 1, finished: 1, succeeded: 0, failed: 1, successPercent: 0 };
const NO_DURATIONS = { count: 0, p50: null, p90: null, p99: null };
const executionView: ExecutionView = {
  jobId: ID,
  run: 1,
  computerId: ID,
  computerName: 'pc-1',
  status: 'failed',
  reason: 'install.exitCode',
  message: null,
  attempt: 1,
  exitCode: 1,
  queuedAt: AT,
  startedAt: AT,
  finishedAt: AT,
  updatedAt: AT,
};

/** What result is asked and answers. */
export const GOLDEN_RESULT: ResultRpc = {
  [RESULT_RPC.jobSummary]: {
    request: { jobIds: [ID, OTHER_ID] },
    response: {
      items: [
        {
          jobId: ID,
          run: 1,
          total: 0,
          counters: emptyCounters(),
          finished: 0,
          waves: [{ wave: 1, total: 0, counters: emptyCounters() }],
        },
        null,
      ],
    },
  },
  [RESULT_RPC.report]: {
    request: { jobId: ID },
    response: {
      jobId: ID,
      run: 1,
      at: AT,
      total: reportSlice,
      counters: emptyCounters(),
      durations: { queuedToFinal: { count: 1, p50: 1, p90: 2, p99: 3 }, execution: NO_DURATIONS },
      reasons: [{ status: 'failed', reason: 'install.exitCode', message: null, exitCode: 1, count: 1 }],
      platforms: [{ platform: 'linux/x64/debian', ...reportSlice }],
      groups: [{ group: 'accounting', ...reportSlice }],
      sites: [{ site: null, ...reportSlice }],
      waves: [{ wave: 1, ...reportSlice }],
      leftOut: { reasons: 0, platforms: 0, sites: 0 },
    },
  },
  [RESULT_RPC.list]: { request: { ...page, jobId: ID }, response: pageOf(executionView) },
  [RESULT_RPC.listOfComputer]: { request: { ...page, computerId: ID }, response: pageOf(executionView) },
  [RESULT_RPC.get]: {
    request: { jobId: ID, computerId: ID },
    response: {
      ...executionView,
      attempts: [
        {
          attempt: 1,
          status: 'failed',
          reason: 'install.exitCode',
          message: null,
          exitCode: 1,
          startedAt: AT,
          finishedAt: AT,
          steps: [{ name: 'install', startedAt: AT }],
          logTail: null,
          evidence: null,
        },
      ],
      download: { bytesDone: 1, bytesTotal: 2, at: AT },
    },
  },
  [RESULT_RPC.changes]: {
    request: { jobId: ID, position: 'p1', limit: 1000 },
    response: { items: [executionView], position: 'p2', more: false },
  },
  [RESULT_RPC.reopen]: {
    request: {
      requestId: OTHER_ID,
      jobId: ID,
      run: 1,
      only: 'computers',
      computers: [ID],
      attempt: 2,
      after: ID,
    },
    response: { total: 1, failed: 1, computerIds: [ID], after: null },
  },
  [RESULT_RPC.join]: {
    request: {
      jobId: ID,
      run: 1,
      released: 1,
      attempts: 1,
      reach: { groups: ['accounting'], computers: [], category: null },
      targets: [{ computerId: ID, name: 'pc-1', online: true, wave: 1, groups: [0] }],
    },
    response: { total: 4, waves: [{ wave: 1, total: 4 }], open: [ID] },
  },
  [RESULT_RPC.atWork]: { request: { jobId: ID, run: 1, limit: 2000 }, response: { computerIds: [ID] } },
  [RESULT_RPC.openOfComputer]: {
    request: { computerId: ID },
    response: { executions: [{ jobId: ID, run: 1, attempt: 1, status: 'queued' }] },
  },
  [RESULT_RPC.anomalies]: {
    request: { ...page, jobId: ID },
    response: pageOf({
      id: ID,
      jobId: ID,
      computerId: ID,
      attempt: 1,
      kind: 'noExecution',
      computerTotal: 1,
      report: { v: 1 },
      at: AT,
    }),
  },
};
