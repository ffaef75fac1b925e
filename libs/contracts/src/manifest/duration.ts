/** An ISO 8601 duration of days, hours, minutes and seconds in whole numbers, as manifests and settings use them, e.g. `PT20M`. */
export const DURATION_PATTERN = /^P(?=\d|T\d)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/;

/**
 * `PT20M` → 1,200,000 milliseconds.
 * @throws RangeError for what does not match {@link DURATION_PATTERN}
 */
export function durationMs(duration: string): number {
  const match = DURATION_PATTERN.exec(duration);
  if (!match) throw new RangeError(`"${duration}" is not an ISO 8601 duration such as PT20M`);
  const [, days, , hours, minutes, seconds] = match.map((part) => Number.parseInt(part || '0', 10));
  return (((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000;
}
