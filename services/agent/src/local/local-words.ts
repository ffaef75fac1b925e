import { plain } from '../user/desktop-notifier.js';
import { local } from '../user/user-words.js';
import type { LocalJob } from './local-request.js';

/** What `waybill-agent status` shows. Titles and messages come from others: control characters do not reach the terminal. */
export function statusWords(jobs: readonly LocalJob[]): string {
  if (jobs.length === 0) return 'No jobs.\n';
  return jobs.map((job) => `${lines(job).join('\n  ')}\n`).join('');
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
