import { executeCommand } from '../../spec/commands.js';
import { MovableClock } from '../../spec/movable-clock.js';
import { waitsOf } from '../../spec/waits.js';
import { Bandwidth } from '../downloads/bandwidth.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { silentLog } from '../log.js';
import { ReportWriter } from '../reports/report-writer.js';
import { OwnTime } from '../time/own-time.js';
import { InstallOffers } from '../user/install-offers.js';
import { LogNotifier } from '../user/notifier.js';
import { newAttempt, STEPS } from './attempt.js';
import { verdictOf } from './decide-step.js';
import { Executor } from './executor.js';
import { spreadMoment } from './spread-downloads.js';

const HOUR = 3_600_000;

/** A computer on a clock of the spec that notes when it fetches; it is noon there. */
function computer(plan: ConstructorParameters<typeof Bandwidth>[0] = []) {
  const clock = new MovableClock();
  clock.jump(12 * HOUR - (clock.now() % (24 * HOUR)));
  const [journal, noon] = [new MemoryJournal(), clock.now()];
  const time = new OwnTime(clock, () => 'UTC');
  const reports = new ReportWriter('pc', journal, clock);
  const offers = new InstallOffers({ journal, clock, own: time, reports, notifier: new LogNotifier(silentLog) });
  const bandwidth = new Bandwidth(plan, () => 'UTC');
  const steps: { step: string; hours: number }[] = [];
  const verdict = verdictOf('succeeded', 'alreadyInstalled', '', { evidence: 'found' });
  const process = () =>
    new Executor({
      journal,
      clock,
      time,
      reports,
      offers,
      waits: waitsOf({ journal, clock, time, offers, bandwidth, spread: spreadMoment }),
      restarts: { plan: () => '', watch: () => {} },
      log: silentLog,
      bootId: 'this',
      chooseVariant: ({ command }) => command.manifest.variants[0]!,
      mayBegin: () => true,
      runner: {
        run: (step) => {
          steps.push({ step, hours: (clock.now() - noon) / HOUR });
          return Promise.resolve(step === STEPS.detection ? { ok: true, verdict } : { ok: true });
        },
        recover: () => Promise.resolve(),
        outputTail: () => null,
        release: () => {},
      },
    });
  const order = (more: object = {}) => {
    const expiresAt = new Date(noon + 240 * HOUR).toISOString();
    const command = executeCommand({ audience: { shard: 1 }, expiresAt, ...more });
    const attempt = newAttempt(command, new Date(clock.now()).toISOString());
    journal.insertAttempt(attempt);
    return attempt;
  };
  const at = (step: string) => steps.find((one) => one.step === step)?.hours;
  const inHours = (hours: number) => new Date(noon + hours * HOUR).toISOString();
  return { clock, journal, process, order, at, inHours };
}

describe('the files of an attempt', () => {
  it('are fetched at once when they are needed at once', async () => {
    const { clock, process, order, at } = computer();
    order();
    await process().resume();
    await clock.pass(1_000);
    expect([at(STEPS.download), at(STEPS.install)].map((hours) => Math.floor(hours! * 60))).toEqual([0, 0]);
  });

  it('that are needed later are fetched at a moment of the computer’s own, also by the next process; the execution says when', async () => {
    const { clock, journal, process, order, at, inHours } = computer();
    const attempt = order({ installAt: inHours(50) });
    const first = process();
    await first.resume();
    await clock.pass(1_000);
    const { reason, message } = journal.attempt(attempt)!.lastReport!;
    expect(reason).toBe('bandwidth');
    const moment = /^It fetches its files from (.*) on\.$/.exec(message!)![1]!;
    await first.stop(0);
    await process().resume();
    await clock.pass(Date.parse(moment) - clock.now() - 1);
    expect(at(STEPS.download)).toBeUndefined();
    await clock.pass(60_000);
    expect(at(STEPS.download)).toBeLessThan(11 / 60);
    await clock.pass(50 * HOUR);
    expect(at(STEPS.install)).toBeCloseTo(50, 1);
  });

  it('wait for the hours in which the computer may fetch, whatever is urgent', async () => {
    const { clock, journal, process, order, at } = computer([{ rate: 0, from: 8 * 60, to: 18 * 60 }]);
    const attempt = order();
    await process().resume();
    await clock.pass(HOUR);
    expect(journal.attempt(attempt)!.lastReport).toMatchObject({
      status: 'waiting',
      reason: 'bandwidth',
      message: expect.stringContaining('T18:00:00.000Z') as string,
    });
    await clock.pass(5 * HOUR - 60_000);
    expect(at(STEPS.download)).toBeUndefined();
    await clock.pass(120_000);
    expect(at(STEPS.download)).toBeCloseTo(6, 1);
    expect(journal.attempt(attempt)).toMatchObject({ status: 'succeeded' });
  });

  it('are not waited for by what is fetched already', async () => {
    const { clock, process, order, at, inHours } = computer([{ rate: 0, from: 13 * 60, to: 18 * 60 }]);
    order({ installAt: inHours(2) });
    await process().resume();
    await clock.pass(3 * HOUR);
    expect(at(STEPS.download)).toBeLessThan(1);
    expect(at(STEPS.install)).toBeCloseTo(2, 1);
  });

  it('that are canceled while they wait are not fetched', async () => {
    const { clock, journal, process, order, at, inHours } = computer();
    const attempt = order({ installAt: inHours(50) });
    const executor = process();
    await executor.resume();
    executor.cancel(attempt, { status: 'canceled', reason: 'by anna' });
    executor.wake();
    await clock.pass(60 * HOUR);
    expect(journal.attempt(attempt)).toMatchObject({ status: 'canceled' });
    expect(at(STEPS.download)).toBeUndefined();
  });
});
