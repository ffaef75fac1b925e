import { rm } from 'node:fs/promises';
import { durationMs, type ProgressReport } from '@waybill/contracts/agent';
import { type AttemptRecord, keyText } from '../journal/journal.records.js';
import type { Log } from '../log.js';
import { outputTail } from '../process/output-tail.js';
import { findGroupLeader, isRunning } from '../process/process-table.js';
import { signalGroup } from '../process/run-process.js';
import type { Clock } from '../time/clock.js';
import { hasBegun, probeFiles, STEPS, type WorkName } from './attempt.js';
import type { StepOutcome, StepRunner, StepWork } from './step-runner.js';
import { detectionStep, installStep } from './steps/change-steps.js';
import { downloadStep, spaceStep } from './steps/download-steps.js';
import { hookStep } from './steps/hook-step.js';
import { detectionBeforeStep, requirementsStep } from './steps/judge-steps.js';
import { DEFAULT_TIMEOUT } from './steps/installer-timeout.js';
import { settleStep } from './steps/settle-step.js';
import { uninstallFiles } from './plan-steps.js';
import { EXECUTION_VARIABLE, Workbench, type WorkbenchParts } from './workbench.js';

const POLL_MS = 200;
/** Milliseconds that a killed process may take to end. */
const KILL_MS = 10_000;

export interface ComputerStepRunnerParts extends WorkbenchParts {
  clock: Clock;
  log: Log;
  bootId: string;
  /** lossy news about a download */
  onProgress(progress: Omit<ProgressReport, 'v' | 'computerId' | 'at'>): void;
}

/** {@link StepRunner} on the real computer. */
export class ComputerStepRunner implements StepRunner {
  constructor(private readonly parts: ComputerStepRunnerParts) {}

  async run(step: WorkName, work: StepWork, signal: AbortSignal): Promise<StepOutcome> {
    const begun = hasBegun(work.record.steps);
    const bench = new Workbench(this.parts, work.record, work.variant, work.started, begun ? undefined : signal);
    switch (step) {
      case STEPS.scripts:
        await bench.fetch(probeFiles(work.variant), signal);
        return { ok: true };
      case STEPS.requirements:
      case STEPS.requirementsAgain:
        return requirementsStep(bench);
      case STEPS.detectionBefore:
        return detectionBeforeStep(bench);
      case STEPS.space:
        return spaceStep(bench, filesOf(work));
      case STEPS.download:
        return downloadStep(bench, filesOf(work), signal, this.parts);
      case STEPS.hookBefore:
      case STEPS.hookAfter:
      case STEPS.hookOnError:
        return hookStep(step, bench);
      case STEPS.install:
      case STEPS.uninstall:
        return installStep(bench, step, this.parts.bootId);
      case STEPS.detection:
        return detectionStep(bench);
      case STEPS.settle:
        return settleStep(bench);
    }
  }

  /** A program that the dead agent started may still run: what it does is known only when it has ended. */
  async recover({ record, variant }: StepWork): Promise<void> {
    const unfinished = record.steps.find((step) => !step.finishedAt);
    const leader = unfinished?.process ?? findGroupLeader(EXECUTION_VARIABLE, keyText(record));
    const until = Date.now() + durationMs(variant.timeout ?? DEFAULT_TIMEOUT);
    if (!leader || !isRunning(leader)) return;
    this.parts.log.info(
      { execution: keyText(record), pid: leader.pid },
      'the installer of an earlier agent process still runs; waiting for its end',
    );
    while (isRunning(leader) && Date.now() < until) await this.parts.clock.sleep(POLL_MS);
    if (!isRunning(leader)) return;
    // Its time is over; going on beside detection, it would make the verdict untrue afterwards.
    signalGroup(leader.pid, 'SIGKILL');
    while (isRunning(leader) && Date.now() < until + KILL_MS) await this.parts.clock.sleep(POLL_MS);
  }

  outputTail(record: AttemptRecord): string | null {
    return outputTail(this.parts.layout.logOf(record));
  }

  release(record: AttemptRecord): void {
    const { layout, store, log } = this.parts;
    for (const { sha256 } of record.command.manifest.variants.flatMap(({ artifacts }) => artifacts)) {
      if (!sha256) continue;
      store.distrust(sha256);
      // After a failure the bytes stay for the next attempt, until they are pruned.
      if (record.verdict?.status === 'succeeded') void store.remove(sha256).catch(() => {});
    }
    rm(layout.workOf(record), { recursive: true, force: true }).catch((error: unknown) =>
      log.warn({ err: error }, 'the files of an execution could not be removed'),
    );
  }
}

/** Artifacts that the attempt needs on disk. */
function filesOf({ record, variant }: StepWork): string[] {
  if (record.command.action === 'uninstall') return uninstallFiles(variant);
  return variant.artifacts.map(({ file }) => file);
}
