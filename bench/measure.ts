import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';

/** One figure with the floor that was measured in the same run, and what we aimed at. */
export interface Figure {
  /** e.g. `dispatch 4,000` */
  name: string;
  unit: 'ms' | 'rows/s' | 'tokens/s' | 'MB/s' | 's' | 'MB' | 'computers' | '%' | 'steps/s';
  ours: number;
  /** what the bare broker, database or store does, same unit; absent where the target is absolute */
  floor?: number;
  /** in words, e.g. `≤ 1.5 × floor + 250 ms` */
  target: string;
  met: boolean;
  /** anything that helps to read it: percentiles, CPU, memory */
  details?: Record<string, number | string>;
}

/** ours ÷ floor, or undefined without a floor. */
export function ratio(figure: Figure): number | undefined {
  return figure.floor === undefined ? undefined : figure.ours / figure.floor;
}

/** A table for people. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${round(figure.ours)} ${figure.unit}`,
    figure.floor === undefined ? '–' : `${round(figure.floor)} ${figure.unit}`,
    ratio(figure)?.toFixed(2) ?? '–',
    figure.target,
    figure.met ? 'met' : 'MISSED',
  ]);
  const head = ['benchmark', 'ours', 'floor', 'ratio', 'target', ''];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The same for programs, with the machine it was measured on. */
export function writeJson(file: string, figures: readonly Figure[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    node: process.version,
  };
  const body = {
    at: new Date().toISOString(),
    machine,
    figures: figures.map((figure) => ({ ...figure, ratio: ratio(figure) })),
  };
  writeFileSync(file, JSON.stringify(body, null, 2) + '\n');
}

/** The value below which the share `p` (0…1) of the samples lies. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

const round = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
