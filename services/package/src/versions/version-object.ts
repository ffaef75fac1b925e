import type { VersionRef } from '@waybill/contracts';

/** A version as the audit log names it. */
export function versionObject({ package: name, version }: VersionRef): { type: string; id: string } {
  return { type: 'version', id: `${name}@${version}` };
}
