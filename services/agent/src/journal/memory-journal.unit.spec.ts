import { journalContract } from '../../spec/journal-contract.js';
import { MemoryJournal } from './memory-journal.js';

describe('the journal in memory', () => journalContract(() => new MemoryJournal()));
