/** A known hole in a dependency that does not reach us, or that nobody has mended yet. */
export interface AuditException {
  /** e.g. `GHSA-xxxx-xxxx-xxxx` */
  readonly advisory: string;
  readonly package: string;
  /** why it does no harm here, or what is done until it is mended */
  readonly reason: string;
  /** the last day on which it counts, `YYYY-MM-DD`; then somebody has to look again */
  readonly until: string;
}

/** Every exception of `npm audit`, none of them for ever. */
export const AUDIT_EXCEPTIONS: readonly AuditException[] = [];
