import { readFileSync } from 'node:fs';

/** Memory that a process has in RAM, MiB. */
export function rssMegabytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? 0) / 1024;
}

/** User and system time of a process, in milliseconds. */
export function processorMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // in ticks of 10 ms
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
