import { plain } from '../user/desktop-notifier.js';
import { local } from '../user/user-words.js';
import type { LocalJob, LocalOffer } from './local-request.js';

/** What `waybill-agent status` shows. Titles and messages come from others: control characters do not reach the terminal. */
export function statusWords(jobs: readonly LocalJob[]): string {
  if (jobs.length === 0) return 'No jobs.\n';
  return jobs.map((job) => `${lines(job).join('\n  ')}\n`).join('');
}

/** What `waybill-agent history` shows, newest first. */
export function historyWords(jobs: readonly LocalJob[]): string {
  if (jobs.length === 0) return 'Nothing yet.\n';
  const line = ({ title, action, status, message, finishedAt }: LocalJob) => {
    const when = finishedAt === null ? '' : `${local(finishedAt)}  `;
    return `${when}${plain(title, 200)} (${action}): ${status}${message ? `, ${plain(message, 500)}` : ''}\n`;
  };
  return jobs.map(line).join('');
}

/** What `waybill-agent catalog` shows. */
export function catalogueWords(offers: readonly LocalOffer[]): string {
  if (offers.length === 0) return 'Nothing is offered to this computer.\n';
  return offers.map((offer) => `${offerLines(offer).join('\n  ')}\n`).join('');
}

function offerLines({
  title,
  version,
  package: name,
  publisher,
  description,
  approval,
  request,
  job,
}: LocalOffer): string[] {
  const by = publisher ? `, by ${plain(publisher, 200)}` : '';
  const shown = [`${plain(title, 200)} ${plain(version, 200)}${by}  (waybill-agent install ${plain(name, 200)})`];
  if (description) shown.push(plain(description, 500));
  if (job) shown.push(`${job.status}${job.message ? `: ${plain(job.message, 500)}` : ''}`);
  else if (request?.state === 'pending')
    shown.push(`Asked for at ${local(request.requestedAt)}; it waits for approval.`);
  else if (request?.state === 'rejected')
    shown.push(`Rejected${request.reason ? `: ${plain(request.reason, 500)}` : '.'}`);
  else if (request) shown.push('On its way to this computer.');
  else if (approval === 'required') shown.push('Somebody has to approve it.');
  return shown;
}

function lines({ jobId, title, action, status, message, offer, restart }: LocalJob): string[] {
  const shown = [
    `${plain(title, 200)}  (${action}, job ${jobId})`,
    message ? `${status}: ${plain(message, 2000)}` : status,
  ];
  if (offer?.agreed) shown.push('It begins as soon as the computer may be changed.');
  else if (offer)
    shown.push(
      `It begins at ${local(offer.begins)}. Deferrals left: ${offer.deferralsLeft}, until ${local(offer.latest)} at the latest.`,
    );
  if (restart)
    shown.push(restart.at ? `The computer restarts at ${local(restart.at)}.` : 'It waits for: waybill-agent restart');
  return shown;
}
