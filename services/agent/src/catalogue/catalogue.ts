import { randomUUID } from 'node:crypto';
import { type CatalogueItem, type OfferRequestView, WaybillError } from '@waybill/contracts/agent';
import type { Journal } from '../journal/journal.js';
import { type LocalAnswer, type LocalOffer, refusal } from '../local/local-request.js';

/** Executions that are looked through for what became of a request. */
const ENDED = 200;

export interface CatalogueParts {
  journal: Pick<Journal, 'openAttempts' | 'lastEnded'>;
  /** asked with this computer's own right; reject with a WaybillError */
  items(): Promise<CatalogueItem[]>;
  take(offerId: string, requestId: string): Promise<OfferRequestView>;
}

/** What the users of this computer may install themselves. The server knows; nothing of it is kept here, so that nothing old is shown. */
export class Catalogue {
  constructor(private readonly parts: CatalogueParts) {}

  list(): Promise<LocalAnswer> {
    return answered(async () => ({ ok: true, offers: (await this.parts.items()).map((item) => this.offerOf(item)) }));
  }

  /** @param wanted the name of a package, with `@version` where several are offered, or the id of an offer */
  install(wanted: string): Promise<LocalAnswer> {
    return answered(async () => {
      const items = await this.parts.items();
      const fitting = items.filter((item) => [item.offerId, item.package, nameOf(item)].includes(wanted));
      const [offer, ...more] = fitting;
      if (!offer) return refusal('offer.unknown', `Nothing of that name is offered here: ${wanted}`);
      if (more.length > 0)
        return refusal('offer.ambiguous', `Several versions are offered; name one: ${fitting.map(nameOf).join(', ')}`);
      const request = await this.parts.take(offer.offerId, randomUUID());
      const done =
        request.state === 'approved'
          ? `${offer.title} ${offer.version} is being installed; waybill-agent status says how far it is.`
          : `${offer.title} ${offer.version} was asked for; it is installed when somebody has approved that.`;
      return { ok: true, done };
    });
  }

  private offerOf(item: CatalogueItem): LocalOffer {
    const { journal } = this.parts;
    const id = item.request?.jobId ?? null;
    const attempts = id === null ? [] : [...journal.openAttempts(), ...journal.lastEnded(ENDED)];
    const found = attempts.find(({ jobId }) => jobId === id);
    return { ...item, job: found ? { status: found.status, message: found.lastReport?.message ?? null } : null };
  }
}

function nameOf({ package: name, version }: Pick<CatalogueItem, 'package' | 'version'>): string {
  return `${name}@${version}`;
}

/** What went wrong at the server, as a sentence for whoever sits here. */
async function answered(ask: () => Promise<LocalAnswer>): Promise<LocalAnswer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    if (error.kind === 'unavailable' || error.kind === 'unauthorized')
      return refusal(
        'server.unreachable',
        'The server does not answer; try again later. What is under way here goes on.',
      );
    return refusal(error.code, error.message);
  }
}
