const UNITS: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };

/** Bytes of a manifest's size, e.g. `500MiB`. */
export function parseSize(text: string): number {
  const match = /^(\d+)([KMGT]?i?B)$/.exec(text);
  const unit = match && UNITS[match[2]!];
  if (!match || !unit) throw new RangeError(`"${text}" is not a size`);
  return Number(match[1]) * unit;
}

/** For people: the largest unit that leaves at least one. */
export function formatBytes(bytes: number): string {
  const [unit, factor] = Object.entries(UNITS).findLast(([, size]) => bytes >= size) ?? ['B', 1];
  return `${Number((bytes / factor).toFixed(1))}${unit}`;
}
