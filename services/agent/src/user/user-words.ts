import type { ExecuteCommand, UserPolicy } from '@waybill/contracts/agent';
import type { ProvenExecute } from '../commands/proven-command.js';
import type { Verdict } from '../journal/journal.records.js';
import type { Notice } from './notifier.js';
import { deferralsLeft, type Offer } from './offer.js';
import type { RestartPlan } from './restart-plan.js';

type Named = Pick<ProvenExecute, 'manifest' | 'action'>;

/** For the report, and so for `explain`. */
export function offerWords(offer: Offer, policy: UserPolicy): string {
  if (offer.agreed) return 'Its users let it begin.';
  const left = deferralsLeft(offer, policy);
  const may =
    left === 0
      ? 'it cannot be put off again'
      : `they may put it off ${times(left)}, until ${offer.latest} at the latest`;
  const since = offer.used === 0 ? '' : ` It was put off ${times(offer.used)}.`;
  return `It waits for its users until ${offer.begins}, then it begins by itself; ${may}.${since}`;
}

/** What an installer's wish for a restart leads to; for the report. */
export function restartWords(plan: RestartPlan | null): string {
  const asks = 'The installer asks for a restart of the computer.';
  if (!plan) return asks;
  return plan.at === null ? `${asks} Its users are asked.` : `${asks} It restarts at ${plan.at} at the latest.`;
}

export function offerNotice(command: Named, offer: Offer, policy: UserPolicy): Notice {
  const name = command.manifest.package;
  const left = deferralsLeft(offer, policy);
  const off =
    left === 0
      ? 'It cannot be put off again.'
      : `To put it off (${times(left)}, until ${local(offer.latest)} at the latest): waybill-agent postpone ${name}.`;
  const body = `It begins by itself at ${local(offer.begins)}. ${off} To let it begin now: waybill-agent install-now ${name}.`;
  return { title: `${titleOf(command)} will be ${done(command.action)}`, body, urgent: true };
}

export function beginNotice(command: Named): Notice {
  return { title: `${titleOf(command)} is being ${done(command.action)}`, body: 'You will be told when it is done.' };
}

/** @param retryAt RFC 3339 when it is tried again by itself */
export function endNotice(command: Named, verdict: Verdict, retryAt: string | null): Notice {
  const title = titleOf(command);
  if (verdict.status === 'succeeded')
    return { title: `${title} was ${done(command.action)}`, body: 'It can be used again.' };
  const again = retryAt === null ? '' : ` It is tried again at ${local(retryAt)}.`;
  return { title: `${title} could not be ${done(command.action)}`, body: `${verdict.message ?? ''}${again}`.trim() };
}

export function restartNotice(command: Named, plan: RestartPlan): Notice {
  const when = plan.at === null ? '' : `It restarts by itself at ${local(plan.at)}: save your work by then. `;
  const body = `${titleOf(command)} needs it. ${when}To restart it now: waybill-agent restart.`;
  return { title: 'This computer has to restart', body, urgent: true };
}

export function titleOf({ manifest }: Pick<Named, 'manifest'>): string {
  return `${manifest.title ?? manifest.package} ${manifest.version}`;
}

function done(action: ExecuteCommand['action']): string {
  return action === 'uninstall' ? 'removed' : 'installed';
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** A moment in the computer's own time, to the minute. Without `Intl`, whose data costs an idle agent memory. */
export function local(moment: string): string {
  const date = new Date(moment);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
