import { type ComputerView, type ExecutionView, isFinal, type JobView } from '@waybill/contracts';

/** Why a job has, or has not, done its work on a computer. */
export interface Explanation {
  computerId: string;
  computerName: string;
  jobId: string;
  /** of the execution; null when there is none */
  status: ExecutionView['status'] | null;
  reason: string | null;
  /** what has become of it, and why, in a sentence or two */
  answer: string;
  /** what would get it further; null when it goes on by itself, or is done */
  next: string | null;
}

type Facts = {
  computer: Pick<ComputerView, 'id' | 'name' | 'online' | 'lastSeenAt' | 'groups'>;
  job: JobView;
  /** null: the job has none for this computer */
  execution: ExecutionView | null;
};

/** Puts together what job-scheduler, result and fleet know. */
export function explain({ computer, job, execution }: Facts): Explanation {
  const { id: computerId, name: computerName } = computer;
  const head = { computerId, computerName, jobId: job.id };
  if (!execution) return { ...head, status: null, reason: null, ...withoutExecution(job, computer) };
  const { status, reason } = execution;
  return { ...head, status, reason, ...ofExecution(job, execution, computer) };
}

type Words = Pick<Explanation, 'answer' | 'next'>;

function withoutExecution(job: JobView, { name, groups }: Facts['computer']): Words {
  if (job.targets.total === null || job.waves.every(({ total }) => total === null)) return notStarted(job);
  const targeted = job.targets.groups.filter((group) => groups.includes(group));
  const excluding = job.targets.exclude.groups.filter((group) => groups.includes(group));
  const again = 'Make a job for it, or for a group that it is in.';
  if (excluding.length > 0)
    return { answer: `${name} is not a target: it is in ${listing(excluding)}, which the job excludes.`, next: again };
  if (targeted.length > 0) {
    const answer = `${name} is in ${listing(targeted)} now, but it was not, or it was excluded, when the job looked up its targets at ${job.startedAt}.`;
    return { answer, next: again };
  }
  const groupsOf =
    job.targets.groups.length > 0 ? `, and it is in none of its groups (${listing(job.targets.groups)})` : '';
  return { answer: `${name} is not a target: the job does not name it${groupsOf}.`, next: again };
}

/** The job has not looked up its targets, so nobody has an execution. */
function notStarted(job: JobView): Words {
  const why = job.statusReason ? ` ${job.statusReason}` : '';
  switch (job.status) {
    case 'scheduled':
      return job.approval && !job.approval.approvedBy
        ? { answer: `The job has not started.${why}`, next: `POST /jobs/${job.id}/actions/approve, by somebody else.` }
        : { answer: `The job has not started: it starts at ${job.schedule.startsAt}.${why}`, next: null };
    case 'running':
      return { answer: 'The job has just been started: its targets are being looked up.', next: null };
    default:
      return {
        answer: `The job ended before it had targets: it is ${job.status}.${why}`,
        next: job.series ? `Look at the other runs: GET /jobs?filter=series==${job.series.id}.` : 'Make a new job.',
      };
  }
}

function ofExecution(job: JobView, execution: ExecutionView, computer: Facts['computer']): Words {
  const { status, message } = execution;
  if (status === 'succeeded')
    return { answer: sentences(`Done at ${execution.finishedAt}, attempt ${execution.attempt}`, message), next: null };
  if (isFinal(status)) {
    const answer = sentences(`It is ${status} since ${execution.finishedAt}, attempt ${execution.attempt}`, message);
    return { answer, next: `POST /jobs/${job.id}/actions/re-execute with {"only":{"computers":["${computer.id}"]}}.` };
  }
  return stillOpen(job, execution, computer);
}

function stillOpen(job: JobView, { status, reason, message, updatedAt }: ExecutionView, computer: Facts['computer']) {
  const stands = job.status === 'halted' || job.status === 'paused';
  const why = job.statusReason ?? `The job is ${job.status}.`;
  const resume = `POST /jobs/${job.id}/actions/resume.`;
  if (reason === 'wave')
    return { answer: sentences(message ?? 'It waits for its wave', job.statusReason), next: stands ? resume : null };
  if (stands && (status === 'queued' || status === 'waiting'))
    return { answer: `It waits because the job does. ${why}`, next: resume };
  if (status === 'queued' && !computer.online) {
    const seen = computer.lastSeenAt ? `since ${computer.lastSeenAt}` : 'and never was';
    return { answer: `The computer is not connected, ${seen}; it will act when it comes back.`, next: 'Switch it on.' };
  }
  if (status === 'queued') return { answer: 'It has been sent the command and has not answered yet.', next: null };
  const offline = computer.online ? null : 'The computer is not connected at this moment';
  return { answer: sentences(`It is ${status} since ${updatedAt}`, message, offline), next: null };
}

function sentences(...parts: (string | null)[]): string {
  return parts.flatMap((part) => (part ? [/[.!?]$/.test(part) ? part : `${part}.`] : [])).join(' ');
}

const listing = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
