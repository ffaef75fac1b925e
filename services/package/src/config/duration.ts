const DURATION = /^P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** What {@link durationSeconds} reads, for validation: an ISO 8601 duration of days, hours, minutes and seconds. */
export const DURATION_PATTERN = DURATION;

/** `PT24H` → 86400. The text must match {@link DURATION_PATTERN}. */
export function durationSeconds(text: string): number {
  const [days, hours, minutes, seconds] = (DURATION.exec(text) ?? []).slice(1).map((part) => Number(part ?? 0));
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
}
