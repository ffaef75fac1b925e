import { type Command, COMMAND_JWS_TYPE, emptyCounters, EVENTS, type JobTargetsAssigned } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { compactVerify } from 'jose';
import { get } from './orders.fixtures.spec.js';
import { KEYS, type SchedulerReplicas, type Taken } from './scheduler-replicas.spec.js';

/** A command in a stream, verified. */
export interface Sent<C extends Command = Command> {
  message: Taken;
  command: C;
}

/** What the other services and the agents see of jobs, and what result does about it. */
export class Story {
  constructor(private readonly scheduler: SchedulerReplicas) {}

  /** Events of one type about one job, oldest first. */
  events<T>(jobId: string, type: string): (T & { jobId: string })[] {
    const bodies = this.scheduler.events
      .filter((event) => event.type === type)
      .map((event) => JSON.parse(event.body) as T & { jobId: string });
    return bodies.filter((body) => body.jobId === jobId);
  }

  statuses(jobId: string): string[] {
    return this.events<{ status: string }>(jobId, EVENTS.jobStatusChanged).map(({ status }) => status);
  }

  /** Waits until the job is as expected. */
  async becomes(jobId: string, expected: object): Promise<void> {
    await eventually(async () => expect(await get(this.scheduler, jobId)).toMatchObject(expected));
  }

  /** The moment that the job waits for comes. */
  async startNow(jobId: string): Promise<void> {
    await this.scheduler.sql.query(`UPDATE timers SET due_at = now() WHERE job_id = $1 AND kind = 'start'`, [jobId]);
  }

  /** Waits for all chunks of the targets, in their order; each with the total that one of them at least has said. */
  assigned(jobId: string): Promise<(JobTargetsAssigned & { total: number })[]> {
    return eventually(async () => {
      const found = this.events<JobTargetsAssigned>(jobId, EVENTS.jobTargetsAssigned);
      const said = found.find(({ chunks }) => chunks !== undefined);
      expect(found.map(({ chunk }) => chunk).sort((a, b) => a - b)).toEqual(
        Array.from({ length: said?.chunks ?? 1 }, (_, i) => i),
      );
      return Promise.resolve(
        found.map((chunk) => ({ ...chunk, total: said!.total! })).sort((a, b) => a.chunk - b.chunk),
      );
    });
  }

  async ready(jobId: string, total: number): Promise<void> {
    await this.scheduler.tell(EVENTS.jobExecutionsReady, { v: 1, jobId, run: 1, total });
  }

  /** From creation to commands that have left. */
  async released(jobId: string): Promise<void> {
    const [chunk] = await this.assigned(jobId);
    await this.ready(jobId, chunk!.total);
    await this.becomes(jobId, { waves: [{ status: 'released' }] });
  }

  async finished(jobId: string, total: number, attempt = 1): Promise<void> {
    const at = new Date().toISOString();
    const counters = { ...emptyCounters(), succeeded: total };
    await this.scheduler.tell(EVENTS.jobProgressed, {
      v: 1,
      jobId,
      run: 1,
      total,
      counters,
      finished: total,
      attempt,
      at,
    });
  }

  /** Commands of a job in a stream at this moment, their signatures checked. */
  async commandsSoFar<C extends Command = Command>(stream: string, jobId: string): Promise<Sent<C>[]> {
    const all = await Promise.all((await this.scheduler.readStream(stream)).map((message) => this.open<C>(message)));
    return all.filter(({ command }) => 'jobId' in command && command.jobId === jobId);
  }

  /** Waits for `count` commands of a job in a stream, checks their signatures and that there are no more. */
  async commands<C extends Command = Command>(stream: string, jobId: string, count: number): Promise<Sent<C>[]> {
    return eventually(async () => {
      const found = await this.commandsSoFar<C>(stream, jobId);
      expect(found.map(({ command }) => command.kind)).toHaveLength(count);
      return found;
    });
  }

  /** Verifies a command as an agent does. */
  async verify<C extends Command = Command>(jws: string): Promise<C> {
    const { payload, protectedHeader } = await compactVerify(jws, this.scheduler.commandKey, { algorithms: ['EdDSA'] });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: KEYS.command.kid, typ: COMMAND_JWS_TYPE });
    return JSON.parse(new TextDecoder().decode(payload)) as C;
  }

  private async open<C extends Command>(message: Taken): Promise<Sent<C>> {
    return { message, command: await this.verify<C>(message.body) };
  }
}
