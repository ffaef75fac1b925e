import type { AttemptState, JudgedReport, Verdict } from './judge-report.js';

interface JudgeCase {
  title: string;
  current: AttemptState | null;
  past: AttemptState | null;
  report: JudgedReport;
  verdict: Verdict;
}

const state = (attempt: number, seq: number, status: AttemptState['status'], presumed = false): AttemptState => ({
  attempt,
  seq,
  status,
  presumed,
});
const says = (attempt: number, seq: number, status: JudgedReport['status'], evidenced = false): JudgedReport => ({
  attempt,
  seq,
  status,
  evidenced,
});

/** The rule of ingest as a table: the pure function and the SQL must both agree with it. */
export const JUDGE_CASES: JudgeCase[] = [
  { title: 'no target of the run', current: null, past: null, report: says(1, 1, 'accepted'), verdict: 'noExecution' },
  { title: 'first word', current: state(1, 0, 'queued'), past: null, report: says(1, 1, 'accepted'), verdict: 'apply' },
  {
    title: 'newer word',
    current: state(1, 3, 'downloading'),
    past: null,
    report: says(1, 4, 'installing'),
    verdict: 'apply',
  },
  {
    title: 'steps of the order skipped',
    current: state(1, 1, 'accepted'),
    past: null,
    report: says(1, 9, 'failed'),
    verdict: 'apply',
  },
  {
    title: 'waiting again after downloading',
    current: state(1, 3, 'downloading'),
    past: null,
    report: says(1, 4, 'waiting'),
    verdict: 'apply',
  },
  {
    title: 'the same word again',
    current: state(1, 3, 'downloading'),
    past: null,
    report: says(1, 3, 'downloading'),
    verdict: 'ignore',
  },
  {
    title: 'older word',
    current: state(1, 3, 'installing'),
    past: null,
    report: says(1, 2, 'downloading'),
    verdict: 'ignore',
  },
  {
    title: 'older end',
    current: state(1, 5, 'installing'),
    past: null,
    report: says(1, 2, 'failed'),
    verdict: 'ignore',
  },
  {
    title: 'success with evidence',
    current: state(1, 5, 'verifying'),
    past: null,
    report: says(1, 6, 'succeeded', true),
    verdict: 'apply',
  },
  {
    title: 'success without evidence',
    current: state(1, 5, 'verifying'),
    past: null,
    report: says(1, 6, 'succeeded'),
    verdict: 'noEvidence',
  },
  {
    title: 'the end again',
    current: state(1, 6, 'succeeded'),
    past: null,
    report: says(1, 6, 'succeeded', true),
    verdict: 'ignore',
  },
  {
    title: 'another end after the end',
    current: state(1, 6, 'succeeded'),
    past: null,
    report: says(1, 7, 'failed'),
    verdict: 'afterFinal',
  },
  {
    title: 'progress after the end',
    current: state(1, 6, 'failed'),
    past: null,
    report: says(1, 7, 'installing'),
    verdict: 'afterFinal',
  },
  {
    title: 'attempt never issued',
    current: state(1, 3, 'installing'),
    past: null,
    report: says(2, 1, 'accepted'),
    verdict: 'unknownAttempt',
  },
  {
    title: 'attempt never issued, success without evidence',
    current: state(1, 3, 'installing'),
    past: null,
    report: says(2, 1, 'succeeded'),
    verdict: 'unknownAttempt',
  },
  {
    title: 'attempt skipped for this computer',
    current: state(3, 0, 'queued'),
    past: null,
    report: says(2, 1, 'accepted'),
    verdict: 'unknownAttempt',
  },
  {
    title: 'newer word of an earlier attempt that was presumed',
    current: state(2, 0, 'queued'),
    past: state(1, 2, 'canceled', true),
    report: says(1, 3, 'installing'),
    verdict: 'history',
  },
  {
    title: 'end of an earlier attempt that was presumed',
    current: state(2, 4, 'installing'),
    past: state(1, 2, 'expired', true),
    report: says(1, 5, 'succeeded', true),
    verdict: 'history',
  },
  {
    title: 'success of an earlier attempt without evidence',
    current: state(2, 4, 'installing'),
    past: state(1, 2, 'expired', true),
    report: says(1, 5, 'succeeded'),
    verdict: 'noEvidence',
  },
  {
    title: 'word of an earlier attempt again',
    current: state(2, 1, 'accepted'),
    past: state(1, 4, 'failed'),
    report: says(1, 4, 'failed'),
    verdict: 'ignore',
  },
  {
    title: 'older word of an earlier attempt',
    current: state(2, 1, 'accepted'),
    past: state(1, 4, 'failed'),
    report: says(1, 2, 'downloading'),
    verdict: 'ignore',
  },
  {
    title: 'word after the end of an earlier attempt',
    current: state(2, 1, 'accepted'),
    past: state(1, 4, 'failed'),
    report: says(1, 5, 'succeeded', true),
    verdict: 'afterFinal',
  },
  {
    title: 'presumed canceled, agent had begun',
    current: state(1, 2, 'canceled', true),
    past: null,
    report: says(1, 3, 'installing'),
    verdict: 'apply',
  },
  {
    title: 'presumed canceled, agent had succeeded',
    current: state(1, 0, 'canceled', true),
    past: null,
    report: says(1, 6, 'succeeded', true),
    verdict: 'apply',
  },
  {
    title: 'presumed canceled, agent agrees',
    current: state(1, 2, 'canceled', true),
    past: null,
    report: says(1, 3, 'canceled'),
    verdict: 'apply',
  },
  {
    title: 'presumed expired, agent failed',
    current: state(1, 2, 'expired', true),
    past: null,
    report: says(1, 3, 'failed'),
    verdict: 'apply',
  },
  {
    title: 'presumed canceled, agent has not begun',
    current: state(1, 0, 'canceled', true),
    past: null,
    report: says(1, 1, 'accepted'),
    verdict: 'ignore',
  },
  {
    title: 'presumed canceled, word known before',
    current: state(1, 2, 'canceled', true),
    past: null,
    report: says(1, 2, 'installing'),
    verdict: 'ignore',
  },
  {
    title: 'canceled by the agent stays',
    current: state(1, 3, 'canceled'),
    past: null,
    report: says(1, 4, 'installing'),
    verdict: 'afterFinal',
  },
];
