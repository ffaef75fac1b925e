import { NO_LIMIT } from '../src/downloads/bandwidth.js';
import { StepWaits, type StepWaitsParts } from '../src/execution/step-waits.js';
import type { Journal } from '../src/journal/journal.js';
import { InstallWindows } from '../src/windows/install-windows.js';

type Given = Pick<StepWaitsParts, 'clock' | 'time' | 'offers'> & Partial<StepWaitsParts> & { journal: Journal };

/** What attempts wait for on a computer that fetches everything at once, unless the spec says otherwise. */
export function waitsOf({ journal, ...parts }: Given): StepWaits {
  const windows = new InstallWindows(journal);
  return new StepWaits({ windows, bandwidth: NO_LIMIT, computerId: 'pc', spread: ({ since }) => since, ...parts });
}
