import type { ExecutionCounters, ExecutionStatus } from '../status/execution-status.js';

/** Seconds. */
export interface DurationPercentiles {
  /** executions that were measured */
  count: number;
  /** null when none was */
  p50: number | null;
  p90: number | null;
  p99: number | null;
}

/** Executions of one kind. */
export interface ReportSlice {
  total: number;
  /** in a final status */
  finished: number;
  succeeded: number;
  /** failed, rejected or timed out */
  failed: number;
  /** succeeded of those finished, with one decimal; null before any has finished */
  successPercent: number | null;
}

export interface PlatformSlice extends ReportSlice {
  /** `os/arch/distribution` at the start of the run, e.g. `linux/x64/debian`; null: the computers had not told */
  platform: string | null;
}

export interface SiteSlice extends ReportSlice {
  /** attribute `site` at the start of the run; null: they had none */
  site: string | null;
}

export interface GroupSlice extends ReportSlice {
  /** one of those that the job targets; null: targeted one by one. Who is in two of them counts in both */
  group: string | null;
}

export interface WaveSlice extends ReportSlice {
  /** from 1 */
  wave: number;
}

export interface ReportReason {
  status: ExecutionStatus;
  reason: string;
  /** the sentence for people */
  message: string | null;
  exitCode: number | null;
  count: number;
}

/** `GET /jobs/{id}/report`: how the newest run of a job went, at one moment. The most computers come first in each list. */
export interface JobReport {
  jobId: string;
  run: number;
  at: string;
  total: ReportSlice;
  counters: ExecutionCounters;
  durations: {
    /** from the order (creation or re-execution) to the end, of what succeeded or failed */
    queuedToFinal: DurationPercentiles;
    /** from the first word of the computer about its newest attempt to the end, of what succeeded or failed */
    execution: DurationPercentiles;
  };
  /** why executions are where they are, at most 20 */
  reasons: ReportReason[];
  platforms: PlatformSlice[];
  groups: GroupSlice[];
  /** at most 1,000 */
  sites: SiteSlice[];
  waves: WaveSlice[];
  /** entries for which a list had no room */
  leftOut: { reasons: number; platforms: number; sites: number };
}
