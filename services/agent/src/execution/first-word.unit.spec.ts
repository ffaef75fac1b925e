import { executeCommand } from '../../spec/commands.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { newAttempt, STEPS } from './attempt.js';
import { FIRST_WORD_MS, FirstWord } from './first-word.js';

const never = new Promise<void>(() => {});

describe('what was left unbegun by an earlier process', () => {
  /** A journal with an attempt of which these steps have started. */
  function world(...steps: string[]) {
    const journal = new MemoryJournal();
    const attempt = newAttempt(executeCommand({ audience: { shard: 1 } }), new Date().toISOString());
    const step = { startedAt: 's', finishedAt: null, ok: null, detail: null, exitCode: null, process: null };
    journal.insertAttempt({ ...attempt, steps: steps.map((name) => ({ ...step, name })) });
    const slept: number[] = [];
    const clock = {
      now: () => Date.now(),
      sleep: (ms: number) => (slept.push(ms), Promise.resolve()),
    };
    return { attempt, slept, journal, word: new FirstWord(journal, clock) };
  }

  it('waits for the word of the server, and begins when it was taken in', async () => {
    const { word, attempt, journal } = world(STEPS.download);
    const patient = new FirstWord(journal, { now: Date.now, sleep: () => never });
    expect(patient.expect()).toBe(true);
    expect(patient.waits(attempt)).toBe(true);
    expect(await patient.hear(Promise.resolve())).toBe('heard');
    expect(patient.waits(attempt)).toBe(false);
    expect(word.waits(attempt)).toBe(false);
  });

  it('begins without it after a minute of silence', async () => {
    const { word, attempt, slept } = world(STEPS.download);
    word.expect();
    expect(await word.hear(never)).toBe('silence');
    expect(slept).toEqual([FIRST_WORD_MS]);
    expect(word.waits(attempt)).toBe(false);
  });

  it('does not wait when it has begun, nor when it comes after the start', () => {
    const { word, attempt } = world(STEPS.install);
    expect(word.expect()).toBe(false);
    expect(word.waits(attempt)).toBe(false);
    const fresh = world(STEPS.download);
    fresh.word.expect();
    expect(fresh.word.waits({ ...fresh.attempt, attempt: 2 })).toBe(false);
  });
});
