import type { JobStatus } from '@waybill/contracts';
import type { Problem } from '../openapi/problem.view.js';

/** What became of one thing of many. */
export interface BulkItem {
  /** as the HTTP status of a request for this one alone */
  status: number;
  /** why not; null when it was done */
  problem: Problem | null;
}

/** What became of many things, in the order in which they were named. */
interface BulkAnswer<Item extends BulkItem> {
  items: Item[];
  succeeded: number;
  failed: number;
}

export interface BulkJobItem extends BulkItem {
  id: string;
  /** after the action; null when it was refused */
  job: { status: JobStatus; statusReason: string | null; revision: number } | null;
}

export interface BulkReexecutedItem extends BulkItem {
  id: string;
  /** number of the new attempt; null when nobody matched, or when it was refused */
  attempt: number | null;
  computers: number;
}

export interface BulkExecutionItem extends BulkItem {
  computerId: string;
  /** of the execution now; null when it was refused */
  attempt: number | null;
}

export type BulkJobsAnswer = BulkAnswer<BulkJobItem>;
export type BulkReexecutedAnswer = BulkAnswer<BulkReexecutedItem>;
export type BulkExecutionsAnswer = BulkAnswer<BulkExecutionItem>;
