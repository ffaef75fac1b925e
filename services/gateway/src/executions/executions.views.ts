import type { AttemptView, ExecutionView } from '@waybill/contracts';

/** One execution with the history of its attempts, oldest first. */
export interface ExecutionDetail extends ExecutionView {
  attempts: AttemptView[];
}
