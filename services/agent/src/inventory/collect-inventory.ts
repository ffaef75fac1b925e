import { readFile, statfs } from 'node:fs/promises';
import { cpus, networkInterfaces, totalmem } from 'node:os';
import type { InventoryRequest } from '@waybill/contracts/agent';
import { SOFTWARE_PREFIX } from '../execution/installed-software.js';
import type { PlatformFacts } from '@waybill/contracts/agent';
import { installedPackages } from '../installers/dpkg-status.js';
import { installedRpms } from '../installers/rpm-query.js';
import type { Journal } from '../journal/journal.js';
import type { RootedPaths } from '../root/rooted-paths.js';
import { AGENT_VERSION } from '../version.js';

/** File systems that hold nobody's software. */
const REAL = /^(ext[234]|xfs|btrfs|zfs|f2fs|overlay|vfat|ntfs3?|exfat)$/;
/** Milliseconds of clock skew that are worth a word. */
const SKEW_MS = 120_000;

export interface InventorySubject {
  hostname: string;
  platform: PlatformFacts;
  paths: RootedPaths;
  journal: Journal;
  /** milliseconds this computer's clock is ahead of the server's */
  skewMs: number;
}

/** What this computer is and has. */
export async function collectInventory({
  hostname,
  platform,
  paths,
  journal,
  skewMs,
}: InventorySubject): Promise<InventoryRequest> {
  const debs = (await installedPackages(paths)).map(({ name, version }) => ({
    name,
    version,
    source: 'dpkg' as const,
  }));
  const rpms = (await installedRpms(paths)).map((one) => ({ ...one, source: 'rpm' as const }));
  const own = [...journal.entries(SOFTWARE_PREFIX)].map(([name, version]) => ({
    name,
    version,
    source: 'waybill' as const,
  }));
  return {
    hostname,
    os: platform.os,
    arch: platform.arch,
    distribution: platform.distribution,
    agentVersion: AGENT_VERSION,
    memoryBytes: totalmem(),
    cpu: cpus()[0]?.model.trim().slice(0, 200),
    disks: await disks(),
    addresses: addresses(),
    ...(Math.abs(skewMs) > SKEW_MS && { clockSkewMs: skewMs }),
    software: [...debs, ...rpms, ...own].slice(0, 20_000),
  };
}

function addresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .slice(0, 256);
}

async function disks(): Promise<{ path: string; sizeBytes: number; freeBytes: number }[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(' '));
  const places = mounts.flatMap(([device, path, type]) =>
    type && REAL.test(type) ? [{ device, path: path!.replaceAll('\\040', ' ') }] : [],
  );
  const distinct = places
    .filter(({ device }, index) => places.findIndex((other) => other.device === device) === index)
    .slice(0, 256);
  return Promise.all(
    distinct.map(async ({ path }) => {
      const { bsize, blocks, bavail } = await statfs(path);
      return { path, sizeBytes: blocks * bsize, freeBytes: bavail * bsize };
    }),
  );
}
