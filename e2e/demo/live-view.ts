import type { Api } from '../support/api.ts';
import type { Execution, Job } from '../support/views.ts';

/** Prints what the job's event stream says until `done`; reconnects with the last event's id when the stream breaks. */
export async function followJob(
  api: Api,
  jobId: string,
  done: (job: Job) => boolean,
  timeoutMs: number,
): Promise<void> {
  const stop = new AbortController();
  const deadline = setTimeout(() => stop.abort(), timeoutMs);
  let lastEventId: string | undefined;
  try {
    while (!stop.signal.aborted) {
      try {
        for await (const { event, id, data } of api.events(`/jobs/${jobId}/events`, stop.signal, lastEventId)) {
          if (id !== '') lastEventId = id;
          if (event === 'execution') printExecution(data as Execution);
          if (event === 'job') {
            printJob(data as Job);
            if (done(data as Job)) return;
          }
        }
      } catch (error) {
        if (!stop.signal.aborted)
          console.log(
            `  (event stream interrupted: ${error instanceof Error ? error.message : String(error)}; resuming)`,
          );
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  } finally {
    clearTimeout(deadline);
    stop.abort();
  }
  throw new Error(`job ${jobId} did not get there within ${timeoutMs / 1000} s`);
}

function printExecution(execution: Execution): void {
  const attempt = execution.attempt > 1 ? ` (attempt ${execution.attempt})` : '';
  console.log(
    `  ${execution.computerName.padEnd(10)} ${execution.status}${execution.reason ? ` · ${execution.reason}` : ''}${attempt}`,
  );
}

function printJob(job: Job): void {
  const counters = Object.entries(job.counters).filter(([, count]) => count > 0);
  const text = counters.map(([status, count]) => `${status} ${count}`).join(', ');
  console.log(`  job ${job.status}${text ? `: ${text}` : `, starts ${job.schedule.startsAt}`}`);
}
