import type { StatusReport } from '@waybill/contracts';

/**
 * True when a computer says that a command was not genuine. Such a report names the attempt that the command claimed, but
 * nobody knows whether the server ever issued it: it is about the command, not about the attempt, and ends nothing. The
 * genuine command may be on its way, or already obeyed (ADR 8).
 */
export function isRefusal({ status, reason }: Pick<StatusReport, 'status' | 'reason'>): boolean {
  return status === 'rejected' && reason === 'command.refused';
}
