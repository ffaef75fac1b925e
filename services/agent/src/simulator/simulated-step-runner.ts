import type { Finding } from '../detection/finding.js';
import { type StepName, STEPS, type WorkName } from '../execution/attempt.js';
import { verdictOf } from '../execution/decide-step.js';
import type { StepOutcome, StepRunner, StepWork } from '../execution/step-runner.js';
import { judgeFinding } from '../execution/steps/change-steps.js';
import { judgeBefore } from '../execution/steps/judge-steps.js';
import type { AttemptRecord } from '../journal/journal.records.js';
import type { Clock } from '../time/clock.js';
import { chance } from './chance.js';

/** Steps that can be made to fail or to take time. */
export type SimulatedStep = 'requirements' | 'download' | 'install' | 'verify';

/** Milliseconds, drawn evenly. */
export interface DelayRange {
  min: number;
  max: number;
}

export interface Behaviour {
  seed: number;
  /** probability by step, 0 to 1 */
  fail: Partial<Record<SimulatedStep, number>>;
  delay: Partial<Record<SimulatedStep, DelayRange>>;
}

/** What a simulated computer has installed; outlives a killed agent, as a disk does. */
export type SimulatedDisk = Map<string, string>;

const SIMULATED: Partial<Record<StepName, SimulatedStep>> = {
  [STEPS.requirements]: 'requirements',
  [STEPS.download]: 'download',
  [STEPS.install]: 'install',
  [STEPS.uninstall]: 'install',
  [STEPS.detection]: 'verify',
};

/** {@link StepRunner} that changes nothing but a map. */
export class SimulatedStepRunner implements StepRunner {
  constructor(
    private readonly computerId: string,
    private readonly behaviour: Behaviour,
    private readonly disk: SimulatedDisk,
    private readonly clock: Clock,
    /** false after the simulated kill -9 */
    private readonly alive: () => boolean,
  ) {}

  async run(step: WorkName, { record }: StepWork, signal: AbortSignal): Promise<StepOutcome> {
    const simulated = SIMULATED[step];
    if (simulated) await this.spend(simulated, record, signal);
    // A killed process does not go on: nothing after this point happens.
    if (!this.alive()) await new Promise<never>(() => {});
    const failed = simulated !== undefined && this.draw(simulated, record) < (this.behaviour.fail[simulated] ?? 0);
    switch (step) {
      case STEPS.requirements:
        return failed
          ? { ok: false, verdict: verdictOf('rejected', 'requirement.disk', 'The simulated disk is full.') }
          : { ok: true };
      case STEPS.download:
        return failed
          ? { ok: false, verdict: verdictOf('failed', 'download.failed', 'The simulated network is down.') }
          : { ok: true };
      case STEPS.detectionBefore:
        return judgeBefore(this.find(record), record.command);
      case STEPS.install:
      case STEPS.uninstall:
        return failed
          ? {
              ok: false,
              exitCode: 1603,
              verdict: verdictOf('failed', 'install.exitCode', 'It was 1603.', { exitCode: 1603 }),
            }
          : this.change(record);
      case STEPS.detection:
        return {
          ok: true,
          verdict: judgeFinding(
            failed ? { presence: 'unknown', evidence: 'simulated loss' } : this.find(record),
            record,
          ),
        };
      default:
        return { ok: true };
    }
  }

  recover(): Promise<void> {
    return Promise.resolve();
  }

  outputTail(): string | null {
    return null;
  }

  release(): void {}

  private change({ command }: AttemptRecord): StepOutcome {
    if (command.action === 'uninstall') this.disk.delete(command.manifest.package);
    else this.disk.set(command.manifest.package, command.manifest.version);
    return { ok: true, exitCode: 0, detail: 'exit code 0' };
  }

  private find({ command: { manifest } }: AttemptRecord): Finding {
    const version = this.disk.get(manifest.package);
    const presence = version === manifest.version ? 'present' : version === undefined ? 'absent' : 'unknown';
    return { presence, evidence: `simulated ${manifest.package} ${version ?? 'is absent'}` };
  }

  private async spend(step: SimulatedStep, record: AttemptRecord, signal: AbortSignal): Promise<void> {
    const range = this.behaviour.delay[step];
    if (!range) return;
    const milliseconds =
      range.min +
      (range.max - range.min) *
        chance(this.behaviour.seed, 'delay', this.computerId, record.jobId, record.attempt, step);
    await this.clock.sleep(milliseconds, step === 'download' || step === 'requirements' ? signal : undefined);
  }

  private draw(step: SimulatedStep, { jobId, attempt }: AttemptRecord): number {
    return chance(this.behaviour.seed, this.computerId, jobId, attempt, step);
  }
}
