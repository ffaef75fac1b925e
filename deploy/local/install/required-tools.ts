import { statfsSync } from 'node:fs';
import { StackFailure } from '../stack-failure.ts';

const POINT_AT_SERVERS =
  'or start Docker, or point at existing servers with WAYBILL_STACK_POSTGRES_URL, WAYBILL_STACK_BROKER_URL and WAYBILL_STACK_S3_ENDPOINT (see README)';

/** The private Debian tree needs root: chroot, mounts, and accounts of its own. */
export function demandRoot(): void {
  if (process.platform !== 'linux') {
    throw new StackFailure(`The private servers need Linux: run this on Debian as root, ${POINT_AT_SERVERS}.`);
  }
  if (process.getuid?.() !== 0) {
    throw new StackFailure(`Neither Docker nor root is at hand for the servers: run as root, ${POINT_AT_SERVERS}.`);
  }
}

/** @param bytes that the next step is known to need */
export function demandSpace(directory: string, bytes: number, purpose: string): void {
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const megabytes = (n: number): string => `${Math.round(n / 1e6)} MB`;
  throw new StackFailure(
    `The disk of ${directory} has ${megabytes(free)} left and ${purpose} needs ${megabytes(bytes)}: free some space and start again.`,
  );
}
