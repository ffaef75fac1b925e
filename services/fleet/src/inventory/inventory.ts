import { createHash } from 'node:crypto';
import { type FieldError, type InventoryRequest, type InventorySoftware, invalid } from '@waybill/contracts';

/** An inventory split into what is stored apart, with a digest of each part. */
export interface Inventory {
  hostname: string;
  os: string;
  arch: string;
  distribution: string | null;
  agentVersion: string;
  /** what is only shown: memory, CPU, disks, addresses, clock */
  details: Record<string, unknown>;
  detailsDigest: Buffer;
  /** without repetitions, in a fixed order */
  software: InventorySoftware[];
  softwareDigest: Buffer;
}

/** @throws WaybillError `inventory.diskInvalid` */
export function toInventory(request: InventoryRequest): Inventory {
  const {
    hostname,
    os,
    arch,
    distribution = null,
    agentVersion,
    software = [],
    memoryBytes,
    cpu,
    disks,
    addresses,
    clockSkewMs,
  } = request;
  checkDisks(disks ?? []);
  const details = { memoryBytes, cpu, disks, addresses, clockSkewMs };
  const installed = distinct(software);
  return {
    hostname,
    os,
    arch,
    distribution,
    agentVersion,
    details,
    detailsDigest: digest([
      hostname,
      os,
      arch,
      distribution,
      agentVersion,
      memoryBytes,
      cpu,
      disks,
      addresses,
      clockSkewMs,
    ]),
    software: installed,
    softwareDigest: digest(installed.map(({ name, version, source }) => [name, version, source])),
  };
}

function distinct(software: readonly InventorySoftware[]): InventorySoftware[] {
  const byKey = new Map(
    software.map(({ name, version, source }) => [`${name}\u001f${version}\u001f${source}`, { name, version, source }]),
  );
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function digest(parts: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

function checkDisks(disks: readonly unknown[]): void {
  const errors: FieldError[] = disks.flatMap((disk, index) =>
    isDisk(disk)
      ? []
      : [
          {
            pointer: `/disks/${index}`,
            message: 'must be {path, sizeBytes, freeBytes} with a path of at most 4,096 characters and whole numbers',
          },
        ],
  );
  if (errors.length > 0)
    throw invalid('inventory.diskInvalid', 'Each disk is a path and its size and free space in bytes.', errors);
}

function isDisk(disk: unknown): boolean {
  if (typeof disk !== 'object' || disk === null || Object.keys(disk).length !== 3) return false;
  const { path, sizeBytes, freeBytes } = disk as Record<string, unknown>;
  return typeof path === 'string' && path.length <= 4096 && isByteCount(sizeBytes) && isByteCount(freeBytes);
}

function isByteCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
