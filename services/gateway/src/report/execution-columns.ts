import type { ExecutionView } from '@waybill/contracts';

export const EXECUTION_COLUMNS = [
  'computerName',
  'computerId',
  'status',
  'reason',
  'message',
  'attempt',
  'exitCode',
  'queuedAt',
  'startedAt',
  'finishedAt',
  'updatedAt',
] as const satisfies (keyof ExecutionView)[];
