import { readdirSync, readFileSync } from 'node:fs';

/** Start time of a process in clock ticks since boot: with the pid it names a process for ever. Null when there is none. */
export function startTicks(pid: number): string | null {
  return stat(pid)?.[19] ?? null;
}

/** True while the process of that pid and start time has not ended. */
export function isRunning({ pid, startTicks: started }: { pid: number; startTicks: string }): boolean {
  const fields = stat(pid);
  return fields !== null && fields[0] !== 'Z' && (started === '' || fields[19] === started);
}

/** Leader of the process group that was started with `NAME=value` in its environment, if one runs. */
export function findGroupLeader(name: string, value: string): { pid: number; startTicks: string } | null {
  const wanted = `${name}=${value}`;
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const fields = stat(pid);
    if (!fields || Number(fields[2]) !== pid || !environmentOf(pid).includes(wanted)) continue;
    return { pid, startTicks: fields[19]! };
  }
  return null;
}

/** Fields of /proc/<pid>/stat after the command name, which may hold spaces itself: state, ppid, pgrp, … */
function stat(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
