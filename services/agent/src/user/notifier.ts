import type { Log } from '../log.js';

/** Plain text, from a manifest that anybody may have written: an adapter makes it harmless for where it is shown. */
export interface Notice {
  title: string;
  body: string;
  /** shown until somebody has read it */
  urgent?: boolean;
}

/** Tells the people who use the computer. */
export interface Notifier {
  /** Never rejects. @returns how many of them were reached; 0: nobody is there to be asked */
  tell(notice: Notice): Promise<number>;
}

/** Where nobody can be reached, the log at least says what they would have been told. */
export class LogNotifier implements Notifier {
  constructor(private readonly log: Log) {}

  tell(notice: Notice): Promise<number> {
    this.log.info({ notice }, 'nobody is logged in who could be told');
    return Promise.resolve(0);
  }
}
