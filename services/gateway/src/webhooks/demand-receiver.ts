import { invalid } from '@waybill/contracts';
import { receiverUrlFault } from './receiver-url.js';

/** @throws invalid `webhook.url` */
export function demandReceiver(url: string, named: ReadonlySet<string>): void {
  const message = receiverUrlFault(url, named);
  if (message !== null) throw invalid('webhook.url', `The webhook's url ${message}.`, [{ pointer: '/url', message }]);
}
