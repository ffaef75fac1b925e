import { Controller } from '@nestjs/common';
import { type Command, CommandsFor, type CommandsForAnswer, JOB_RPC, type JobStatus } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { VersionTrust } from '../catalogue/version-trust.js';
import { VersionsRepository } from '../catalogue/versions.repository.js';
import type { Job } from '../jobs/job.js';
import { jobOfRow, type JobRow } from '../jobs/job.row.js';
import { cancelContent, type CommandContent, executeContent, holdContent } from './command-content.js';
import { waveOfTarget } from '../rollout/strata.js';
import { lastAttempt } from '../jobs/attempts.js';
import { untrustedReason } from '../jobs/untrusted.js';
import { CommandSigner } from './command-signer.js';

/** A job of which the computer is a target, and whether its turn has come where that matters. */
type AskedJob = Job & { told: boolean; position: number | null };
type OpenExecution = CommandsFor['executions'][number];

const JOBS_OF = `
SELECT j.*, t.told, t.position::float8 AS position FROM unnest($2::uuid[], $3::int[]) AS wanted (job_id, run)
JOIN job_targets t ON t.job_id = wanted.job_id AND t.run = wanted.run AND t.computer_id = $1
JOIN jobs j ON j.id = wanted.job_id AND j.run = wanted.run`;

/** Composes desired state: what a computer that missed its commands has to do now. */
@Controller()
export class CommandsForHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly versions: VersionsRepository,
    private readonly trust: VersionTrust,
    private readonly signer: CommandSigner,
  ) {}

  /** Nothing for executions whose commands have not left, and for jobs that do not target the computer. */
  @RpcHandler(JOB_RPC.commandsFor, CommandsFor)
  async commandsFor({ computerId, executions }: CommandsFor): Promise<CommandsForAnswer> {
    if (executions.length === 0) return { commands: [] };
    const jobs = await this.jobsOf(computerId, executions);
    const versions = await this.versions.findByIds(this.dataSource, [
      ...new Set([...jobs.values()].map((job) => job.versionId)),
    ]);
    const refused = await this.trust.refusals(
      this.dataSource,
      versions.map(({ versionId }) => versionId),
    );
    const sign = await this.signer.ready();
    const now = new Date();
    const contents = executions.flatMap((execution) => {
      const job = jobs.get(execution.jobId.toLowerCase());
      const version = versions.find((candidate) => candidate.versionId === job?.versionId);
      if (!job || !version?.signedManifest || !version.manifestDigest) return [];
      if (isHeldBack(job, computerId.toLowerCase(), execution.attempt)) return [];
      if (job.rolloutState?.pace && !job.told && execution.attempt === 1) return [];
      const { signedManifest, manifestDigest } = version;
      const untrusted = refused.get(version.versionId);
      return stillToDo(
        job,
        execution.attempt,
        () =>
          untrusted === undefined
            ? executeContent(job, { signedManifest, manifestDigest }, execution.attempt, now)
            : cancelUntrusted(job, execution.attempt, untrusted, now),
        now,
      );
    });
    return { commands: contents.map((content) => sign(toOne(content, computerId.toLowerCase(), now))) };
  }

  private async jobsOf(computerId: string, executions: readonly OpenExecution[]): Promise<Map<string, AskedJob>> {
    const rows = await this.dataSource.query<JobRow[]>(JOBS_OF, [
      computerId,
      executions.map((execution) => execution.jobId),
      executions.map((execution) => execution.run),
    ]);
    return new Map(
      rows.map((row) => [
        row['id'] as string,
        { ...jobOfRow(row), told: row['told'] === true, position: row['position'] as number | null },
      ]),
    );
  }
}

function toOne(content: CommandContent, computer: string, now: Date): Command {
  const selector = { kind: 'computers' as const, ids: [computer] };
  return { id: uuidv7(), v: 1, audience: { computer }, seq: 0, issuedAt: now.toISOString(), selector, ...content };
}

/** Its wave has not been released. A new attempt was ordered for the computer itself. */
function isHeldBack(job: AskedJob, computerId: string, attempt: number): boolean {
  const open = job.status === 'running' || HELD.includes(job.status);
  if (!open || !job.rolloutState || attempt > 1) return false;
  return waveOfTarget(job, { computerId, position: job.position }) > job.rolloutState.released;
}

/** Nothing begins, whoever asks. */
const HELD: readonly JobStatus[] = ['paused', 'halted'];

/** Nobody vouches for the version any more: what has not begun must not begin. */
function cancelUntrusted(job: Job, attempt: number, why: string, now: Date): CommandContent {
  return cancelContent(
    { jobId: job.id, run: job.run, attempt, closing: 'canceled', reason: untrustedReason(why) },
    now,
  );
}

/** The command that an open execution stands for, by what has become of its job. */
function stillToDo(job: Job, attempt: number, execute: () => CommandContent, now: Date): CommandContent[] {
  if (job.phase !== 'released' || attempt > lastAttempt(job)) return [];
  if (job.status === 'canceled' || job.status === 'expired') {
    const reason = job.statusReason ?? `The job is ${job.status}.`;
    return [cancelContent({ jobId: job.id, run: job.run, attempt, closing: job.status, reason }, now)];
  }
  if (!HELD.includes(job.status)) return [execute()];
  // both: whoever has missed the order has it when the job goes on, and does not begin before
  return [holdContent(job, true, job.statusReason ?? `The job is ${job.status}.`), execute()];
}
