/** What a round of the relay did. */
export interface RoundResult {
  claimed: number;
  /** that were waiting, as far as was looked; more than claimed when they were too large to be taken together */
  due: number;
  /** confirmed and deleted */
  sent: number;
  /** can never leave as things are, wait with their error */
  postponed: number;
  /** why rows were neither, e.g. the connection was lost */
  error: Error | null;
}

/** Failures of a row that is tried alone before it is put aside. */
const PATIENCE = 3;

/**
 * How many rows a round takes. One message that the broker answers by closing the channel (larger than it allows) takes
 * all others of its round down: rounds are halved until it stands alone, and put it aside when it fails alone.
 */
export class RelayPace {
  private size: number;
  private failedAlone = 0;

  constructor(private readonly batchSize: number) {
    this.size = batchSize;
  }

  /** rows to claim next */
  get limit(): number {
    return this.size;
  }

  /** what fails in the next round is to be postponed */
  get postponeFailed(): boolean {
    return this.failedAlone >= PATIENCE;
  }

  note({ claimed, sent, postponed }: RoundResult): void {
    if (claimed === 0) return;
    if (sent > 0 || postponed > 0) {
      this.failedAlone = 0;
      this.size = Math.min(this.batchSize, this.size * 2);
      return;
    }
    if (this.size === 1) this.failedAlone++;
    this.size = Math.max(1, this.size >> 1);
  }
}
