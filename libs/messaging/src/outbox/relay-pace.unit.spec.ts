import { RelayPace } from './relay-pace.js';

const nothing = { claimed: 0, due: 0, sent: 0, postponed: 0, error: null };
const failed = { ...nothing, claimed: 1, error: new Error('lost') };
const sent = { ...nothing, claimed: 1, sent: 1 };

function after(...rounds: (typeof failed | typeof sent)[]): RelayPace {
  const pace = new RelayPace(8);
  for (const round of rounds) pace.note(round);
  return pace;
}

describe('relay pace', () => {
  it('halves while nothing leaves, doubles when something does', () => {
    expect(after().limit).toBe(8);
    expect(after(failed, failed).limit).toBe(2);
    expect(after(failed, failed, failed, failed, failed).limit).toBe(1);
    expect(after(failed, failed, sent).limit).toBe(4);
    expect(after(sent, sent).limit).toBe(8);
  });

  it('an empty round says nothing', () => {
    expect(after(failed, nothing, nothing).limit).toBe(4);
  });

  it('puts aside only what failed alone three times, and is patient again afterwards', () => {
    const alone = [failed, failed, failed];
    expect(after(...alone, failed, failed).postponeFailed).toBe(false);
    expect(after(...alone, failed, failed, failed).postponeFailed).toBe(true);
    expect(after(...alone, failed, failed, failed, { ...nothing, claimed: 1, postponed: 1 }).postponeFailed).toBe(
      false,
    );
  });
});
