import {
  EVENTS,
  type CreateJob,
  JOB_RPC,
  type JobView,
  type Manifest,
  type PackageVersionPublished,
  type VersionView,
} from '@waybill/contracts';
import { v7 } from 'uuid';
import { KEYS, type SchedulerReplicas } from './scheduler-replicas.spec.js';

export const SHA = 'a'.repeat(64);

export function aManifest(name = 'acme-ledger', version = '2.4.0'): Manifest {
  return {
    package: name,
    version,
    variants: [
      {
        platform: { os: 'linux' },
        artifacts: [{ file: 'ledger.deb', sha256: SHA, size: 1234 }],
        installer: { type: 'deb' },
      },
    ],
  };
}

export function published(name = 'acme-ledger', version = '2.4.0'): PackageVersionPublished {
  return {
    v: 1,
    versionId: v7(),
    package: name,
    version,
    manifest: aManifest(name, version),
    ...KEYS.signed(aManifest(name, version)),
    objectKeys: { [SHA]: `artifacts/${name}` },
    publishedAt: '2026-08-01T00:00:00.000Z',
  };
}

/** What package answers about a version. */
export function versionView(event: PackageVersionPublished, changes: Partial<VersionView> = {}): VersionView {
  return {
    id: event.versionId,
    package: event.package,
    version: event.version,
    versionScheme: 'semver',
    status: 'published',
    manifest: event.manifest,
    manifestDigest: event.manifestDigest,
    signature: null,
    artifacts: [],
    createdAt: event.publishedAt,
    publishedAt: event.publishedAt,
    withdrawnAt: null,
    revision: 1,
    ...changes,
  };
}

/** What package answers about the version from now on. */
export function tellPeers(
  scheduler: SchedulerReplicas,
  event: PackageVersionPublished,
  changes: Partial<VersionView> = {},
): void {
  const name = `${event.package} ${event.version}`;
  scheduler.peers.versions.set(name, versionView(event, changes));
  scheduler.peers.signedManifests.set(name, event.signedManifest ?? null);
}

/** Publishes a version that the peers know too. */
export async function publishVersion(
  scheduler: SchedulerReplicas,
  event = published(),
): Promise<PackageVersionPublished> {
  tellPeers(scheduler, event);
  await scheduler.tell(EVENTS.packageVersionPublished, event);
  return event;
}

/** Computers that fleet knows, in ascending order. */
export function computers(scheduler: SchedulerReplicas, count: number): string[] {
  const ids = Array.from({ length: count }, () => v7()).sort();
  for (const id of ids) scheduler.peers.fleet.computers.add(id);
  return ids;
}

export function order(changes: Partial<CreateJob> = {}): CreateJob {
  return { package: 'acme-ledger', version: '2.4.0', targets: { groups: ['accounting'] }, ...changes };
}

export function create(scheduler: SchedulerReplicas, changes: Partial<CreateJob> = {}, id = v7()): Promise<JobView> {
  return scheduler.rpc.call(JOB_RPC.create, { job: order(changes), id });
}

export function get(scheduler: SchedulerReplicas, id: string): Promise<JobView> {
  return scheduler.rpc.call(JOB_RPC.get, { id });
}
