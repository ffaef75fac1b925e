import { isFinal } from '@waybill/contracts/agent';
import { hasBegun } from '../execution/attempt.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { Journal } from '../journal/journal.js';
import { type AttemptRecord } from '../journal/journal.records.js';
import type { InstallOffers } from '../user/install-offers.js';
import { deferralsLeft } from '../user/offer.js';
import type { RestartKeeper } from '../user/restart-keeper.js';
import { local, titleOf } from '../user/user-words.js';
import { JOURNAL_MIGRATIONS } from '../journal/journal.sql.js';
import { ENROLLED_AT } from '../identity/enrolment.js';
import { AGENT_VERSION } from '../version.js';
import { anyArtifact } from './any-artifact.js';
import { type LocalAnswer, type LocalHealth, type LocalJob, type LocalRequest, refusal } from './local-request.js';

/** Jobs that ended and are still shown. */
const ENDED = 10;
/** and in their history */
const HISTORY = 200;

export interface LocalDeskParts {
  journal: Journal;
  offers: InstallOffers;
  restarts: Pick<RestartKeeper, 'agree'>;
  catalogue: Catalogue;
  computerId: string;
  /** to the broker, at this moment */
  connected(): boolean;
}

/** Answers the users of the computer. Whoever reaches it may ask: who that is, the permissions of the socket say. */
export class LocalDesk {
  constructor(private readonly parts: LocalDeskParts) {}

  answer(request: LocalRequest): LocalAnswer | Promise<LocalAnswer> {
    switch (request.do) {
      case 'status':
        return { ok: true, jobs: this.jobs() };
      case 'history':
        return { ok: true, jobs: this.parts.journal.lastEnded(HISTORY).map((record) => this.jobOf(record)) };
      case 'catalog':
        return this.parts.catalogue.list();
      case 'install':
        return this.parts.catalogue.install(request.offer);
      case 'postpone':
        return this.withOffered(request.job, (record) => this.postpone(record, request.forMs));
      case 'installNow':
        return this.withOffered(request.job, (record) => {
          this.parts.offers.installNow(record);
          return { ok: true, done: `${titleOf(record.command)} begins as soon as the computer may be changed.` };
        });
      case 'restart':
        return this.parts.restarts.agree()
          ? { ok: true, done: 'The computer restarts in about a minute, or when what is being installed is done.' }
          : refusal('restart.none', 'Nothing waits for a restart that Waybill may make.');
      case 'health':
        return { ok: true, health: this.health() };
    }
  }

  private health(): LocalHealth {
    const { journal, computerId, connected } = this.parts;
    const [record] = [...journal.openAttempts(), ...journal.lastEnded(1)];
    const artifact = record ? anyArtifact(record.command) : null;
    return {
      computerId,
      enrolledAt: journal.get(ENROLLED_AT),
      version: AGENT_VERSION,
      journal: JOURNAL_MIGRATIONS.length,
      connected: connected(),
      artifact,
    };
  }

  private postpone(record: AttemptRecord, forMs: number): LocalAnswer {
    const result = this.parts.offers.postpone(record, forMs);
    const title = titleOf(record.command);
    if (result.ok) {
      const { begins, latest } = result.offer;
      const left = deferralsLeft(result.offer, record.command.user!);
      const shorter = Date.parse(begins) >= Date.parse(latest) ? ', which is the latest moment' : '';
      return { ok: true, done: `${title} waits until ${local(begins)}${shorter}. Deferrals left: ${left}.` };
    }
    return result.code === 'user.noneLeft'
      ? refusal(result.code, `${title} cannot be put off again: it was put off as often as its job allows.`)
      : refusal(result.code, `${title} cannot be put off any longer: its deadline comes first.`);
  }

  private withOffered(wanted: string, act: (record: AttemptRecord) => LocalAnswer): LocalAnswer {
    const open = firstOfEachJob(this.parts.journal.openAttempts());
    const found = open.filter(({ jobId, command }) => jobId === wanted || command.manifest.package === wanted);
    const begins = found.length > 0 ? found : open.filter(({ jobId }) => jobId.startsWith(wanted));
    const [record, ...more] = begins;
    if (!record) return refusal('job.unknown', `No job that is open here has this id or package: ${wanted}`);
    if (more.length > 0)
      return refusal(
        'job.ambiguous',
        `Several jobs fit; name one by its id: ${begins.map(({ jobId }) => jobId).join(', ')}`,
      );
    const title = titleOf(record.command);
    if (hasBegun(record.steps)) return refusal('job.begun', `${title} has begun, nothing stops it any more.`);
    if (record.cancel) return refusal('job.ended', `${title} was called off and will not be installed.`);
    if (!this.parts.offers.offerOf(record))
      return refusal('user.notAsked', `${title} does not wait for its users, or not yet.`);
    return act(record);
  }

  private jobs(): LocalJob[] {
    const { journal } = this.parts;
    const open = firstOfEachJob(journal.openAttempts());
    return [...open, ...journal.lastEnded(ENDED)].map((record) => this.jobOf(record));
  }

  private jobOf(record: AttemptRecord): LocalJob {
    const { command, status, steps } = record;
    const asked = !isFinal(status) && !hasBegun(steps) ? this.parts.offers.offerOf(record) : null;
    return {
      jobId: record.jobId,
      package: command.manifest.package,
      version: command.manifest.version,
      title: titleOf(command),
      action: command.action,
      status,
      message: record.lastReport?.message ?? null,
      finishedAt: record.finishedAt,
      offer: asked && {
        begins: asked.begins,
        latest: asked.latest,
        deferralsLeft: deferralsLeft(asked, command.user!),
        agreed: asked.agreed,
      },
      restart: status === 'rebootPending' && record.restart ? { at: record.restart.at } : null,
    };
  }
}

/** A further attempt waits for the one before it. */
function firstOfEachJob(records: readonly AttemptRecord[]): AttemptRecord[] {
  const first = new Map<string, AttemptRecord>();
  for (const record of records) {
    const known = first.get(record.jobId);
    if (!known || record.attempt < known.attempt) first.set(record.jobId, record);
  }
  return [...first.values()];
}
