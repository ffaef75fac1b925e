import { Injectable } from '@nestjs/common';
import { AuditLog } from '@waybill/audit';
import { Outbox, type SqlExecutor } from '@waybill/messaging';
import { CommandDispatcher } from '../dispatch/command-dispatcher.js';
import { CommandPlanner } from '../dispatch/command-planner.js';
import type { PlannedCommand } from '../dispatch/plan-commands.js';
import { MakeRuns } from '../recurrence/make-runs.js';
import { ReleasePart } from '../rollout/release-part.js';
import { TargetAssigner } from '../targets/target-assigner.js';
import { TimersRepository } from '../timers/timers.repository.js';
import { announcements } from './announcements.js';
import type { Decision, Effect } from './decision.js';
import type { Job } from './job.js';
import { jobAudit } from './job-audit.js';
import { timerChanges } from './timer-changes.js';

/** Carries out what decisions ask for, inside the transaction that stores them. */
@Injectable()
export class EffectsService {
  constructor(
    private readonly timers: TimersRepository,
    private readonly outbox: Outbox,
    private readonly audit: AuditLog,
    private readonly targets: TargetAssigner,
    private readonly planner: CommandPlanner,
    private readonly dispatcher: CommandDispatcher,
    private readonly parts: ReleasePart,
    private readonly runs: MakeRuns,
  ) {}

  /**
   * Few statements, however many decisions. Commands come last: they lock streams that other jobs need too.
   * @param before the jobs as they were; new ones are not among them
   */
  async apply(sql: SqlExecutor, decided: readonly Decision[], now: Date, before: readonly Job[] = []): Promise<void> {
    const decisions = [...decided, ...(await this.runs.make(sql, decided))];
    const { clear, set } = timerChanges(decisions);
    await this.timers.clear(sql, clear);
    await this.timers.set(sql, set);
    await this.outbox.add(
      sql,
      decisions.flatMap(({ job, effects }) => announcements(job, effects, now)),
    );
    const known = new Map(before.map((job) => [job.id, job]));
    await this.audit.record(
      sql,
      decisions.flatMap((decision) => jobAudit(decision, known.get(decision.job.id))),
    );
    const planned: PlannedCommand[] = [];
    for (const { job, effects } of decisions) {
      for (const effect of effects) planned.push(...(await this.single(sql, job, effect, now)));
    }
    await this.dispatcher.send(sql, planned, now);
  }

  private async single(sql: SqlExecutor, job: Job, effect: Effect, now: Date): Promise<PlannedCommand[]> {
    switch (effect.kind) {
      case 'assignTargets':
        await this.targets.assign(sql, job);
        return [];
      case 'releaseWave':
        return [
          ...(await this.planner.wave(sql, job, now, effect.wave)),
          ...(await this.planner.joined(sql, job, now)),
        ];
      case 'releaseJoined':
        return this.planner.joined(sql, job, now);
      case 'releasePart':
        return this.parts.plan(sql, job, effect, now);
      case 'releaseAttempt':
        return this.planner.attempt(sql, job, effect.computers, now);
      case 'sendHold':
        // nobody new is told while the job waits
        return [
          ...(await this.planner.hold(sql, job, effect)),
          ...(effect.held ? [] : await this.planner.joined(sql, job, now)),
        ];
      case 'dropTargets':
        return this.planner.drop(job, effect.computers, now);
      case 'sendCancel':
        return this.planner.cancel(sql, job, effect, now);
      default:
        return [];
    }
  }
}
