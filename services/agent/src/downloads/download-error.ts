import type { ReasonCode } from '@waybill/contracts/agent';

/** The download failed for good: trying again would not help. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';

  constructor(
    readonly reason: Extract<ReasonCode, `download.${string}`>,
    /** sentence for the help desk */
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** The file cannot be written here: the disk is full, broken or read-only. */
export class UnwritableError extends DownloadError {
  constructor(why: string) {
    super('download.failed', `The file cannot be written: ${why}.`);
  }
}

/** It may work in a moment: the network, an overloaded server, an address that has run out. */
export class TransientDownloadError extends Error {
  override readonly name = 'TransientDownloadError';

  /** @param retryAfterMs what the server asks to be left alone, milliseconds */
  constructor(
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}
