import type { Variant } from '@waybill/contracts/agent';
import type { AttemptRecord, StepRecord, Verdict } from '../journal/journal.records.js';
import type { WorkName } from './attempt.js';

/** How a step ended. `verdict` decides the whole attempt; without one the next step follows. */
export interface StepOutcome {
  ok: boolean;
  /** what was found or done, for the help desk */
  detail?: string;
  verdict?: Verdict;
  exitCode?: number;
  /** the installer asked for a restart of the computer, whose boot id this is */
  bootId?: string;
}

export interface StepWork {
  record: AttemptRecord;
  variant: Variant;
  /** journals the process group that the step started */
  started(process: NonNullable<StepRecord['process']>): void;
}

/** Does the work of a step: on the computer, or simulated. */
export interface StepRunner {
  /**
   * Failures of the step are outcomes; a rejection means that the agent itself is at fault (`agent.error`).
   * @param signal aborts steps that may be repeated; those that change the computer run to their end
   */
  run(step: WorkName, work: StepWork, signal: AbortSignal): Promise<StepOutcome>;
  /** Called once per open attempt after a restart, before anything else: waits for what an earlier agent process left running. */
  recover(work: StepWork): Promise<void>;
  /** Last part of the installer's output, null when there is none. */
  outputTail(record: AttemptRecord): string | null;
  /** The attempt has ended and was journaled: its files may go. */
  release(record: AttemptRecord): void;
}
