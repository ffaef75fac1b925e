import { join } from 'node:path';
import { journalContract } from '../../spec/journal-contract.js';
import { temporary } from '../../spec/packages.js';
import { SqliteJournal } from './sqlite-journal.js';

describe('the journal in SQLite', () => {
  const place = temporary('journal');
  let number = 0;
  afterAll(() => place.dispose());

  journalContract(() => new SqliteJournal(join(place.path, `${number++}.sqlite`)));

  it('has every commit on disk before the call returns: SQLite says so itself, of a new file and of one opened again', () => {
    const path = join(place.path, 'durable.sqlite');
    for (let opened = 0; opened < 2; opened++) {
      const journal = new SqliteJournal(path);
      expect(journal.durability).toEqual({ journalMode: 'wal', synchronous: 2, foreignKeys: true });
      journal.close();
    }
  });

  it('is there again after it was closed, and belongs to one agent at a time', () => {
    const path = join(place.path, 'one.sqlite');
    const first = new SqliteJournal(path);
    first.set('k', 'v');
    expect(() => new SqliteJournal(path)).toThrow(expect.objectContaining({ code: 'journal.locked' }));
    first.close();
    const second = new SqliteJournal(path);
    expect(second.get('k')).toBe('v');
    second.close();
  });
});
