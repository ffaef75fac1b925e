import { Controller } from '@nestjs/common';
import { EVENTS, ExecutionAnomaly } from '@waybill/contracts';
import { EventHandler, type SqlExecutor } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { TargetsRepository } from '../targets/targets.repository.js';
import { cancelContent } from './command-content.js';
import { CommandDispatcher } from './command-dispatcher.js';
import { toComputers } from './plan-commands.js';

// At most one answer per job and computer in ten minutes: a confused agent must not fill its shard's stream for everybody.
const ANSWER = `
INSERT INTO anomaly_answers (job_id, computer_id, answered_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (job_id, computer_id) DO UPDATE SET answered_at = excluded.answered_at
WHERE anomaly_answers.answered_at < excluded.answered_at - interval '10 minutes'
RETURNING answered_at AS now`;

@Controller()
export class AnomalyConsumer {
  constructor(
    private readonly work: UnitOfWork,
    private readonly targets: TargetsRepository,
    private readonly dispatcher: CommandDispatcher,
  ) {}

  /** A computer works on a job that does not target it: it is told to stop. Other anomalies are for people to look at. */
  @EventHandler({ event: EVENTS.executionAnomaly, queue: 'job-scheduler.progress', type: ExecutionAnomaly })
  async anomaly({ kind, jobId, run, attempt, computerId }: ExecutionAnomaly): Promise<void> {
    if (kind !== 'noExecution') return;
    await this.work.run(async (sql) => {
      if (await this.targets.isTarget(sql, { id: jobId, run }, computerId)) return;
      const now = await this.mayAnswer(sql, jobId, computerId);
      if (!now) return;
      const reason = 'The job does not target this computer.';
      const content = cancelContent({ jobId, run, attempt, closing: 'canceled', reason }, now);
      await this.dispatcher.send(sql, toComputers([computerId.toLowerCase()], content), now);
    });
  }

  private async mayAnswer(sql: SqlExecutor, jobId: string, computerId: string): Promise<Date | null> {
    const [row] = (await sql.query(ANSWER, [jobId, computerId])) as { now: Date }[];
    return row?.now ?? null;
  }
}
