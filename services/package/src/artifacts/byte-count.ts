/** Column transformer: PostgreSQL's driver gives a bigint as text; a number of bytes fits a JavaScript number up to 8 PiB. */
export const byteCount = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
