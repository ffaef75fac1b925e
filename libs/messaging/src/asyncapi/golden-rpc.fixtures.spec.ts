import {
  type ArtifactView,
  type AuditEntryView,
  type AuditQuery,
  type AuditSlice,
  type ComputerView,
  type EnrolmentTokenView,
  FLEET_RPC,
  type GroupView,
  JOB_RPC,
  type JobTemplateView,
  OFFER_RPC,
  type OfferRequestView,
  type OfferView,
  type JobView,
  type MultipartOutcome,
  type MultipartTicket,
  PACKAGE_RPC,
  type PackageView,
  type RpcContract,
  type RpcPattern,
  TEMPLATE_RPC,
  type VersionView,
} from '@waybill/contracts';
import { AT, DIGEST, ID, MANIFEST, OTHER_ID, SHA256, SIGNED_MANIFEST } from './golden-events.fixtures.spec.js';
import { GOLDEN_RESULT } from './golden-result.fixtures.spec.js';

const page = { filter: 'name==a*', sort: '-name', limit: 10, cursor: 'b3BhcXVl' };
const pageOf = <T>(item: T) => ({ items: [item], nextCursor: null });

const packageView: PackageView = {
  name: 'acme-ledger',
  title: 'Acme Ledger',
  publisher: null,
  description: null,
  category: 'finance',
  createdAt: AT,
  updatedAt: AT,
  revision: 1,
};
const versionRef = { package: 'acme-ledger', version: '2.4.0' };
const versionView: VersionView = {
  ...versionRef,
  id: ID,
  versionScheme: 'semver',
  status: 'published',
  manifest: MANIFEST,
  manifestDigest: DIGEST,
  signature: { kid: 'waybill-publish-1', holder: 'service', status: 'valid' },
  artifacts: [{ file: 'acme-ledger_2.4.0_all.deb', sha256: SHA256, size: 1024, uploaded: true }],
  createdAt: AT,
  publishedAt: AT,
  withdrawnAt: null,
  revision: 2,
};
const computerView: ComputerView = {
  id: ID,
  name: 'pc-1',
  os: 'linux',
  arch: 'amd64',
  distribution: 'debian',
  agentVersion: '1.0.0',
  online: true,
  lastSeenAt: null,
  enrolledAt: AT,
  groups: ['accounting'],
  attributes: { department: 'accounting' },
  inventory: null,
  revision: 1,
};
const groupView: GroupView = {
  windows: { zone: 'Asia/Tokyo', intervals: [{ days: ['SU'], from: '02:00', to: '04:00' }] },
  windowsOf: 'accounting',
  id: ID,
  name: 'accounting',
  kind: 'static',
  filter: null,
  description: null,
  members: 3,
  createdAt: AT,
  revision: 1,
};
const tokenView: EnrolmentTokenView = {
  id: ID,
  groups: ['accounting'],
  maxUses: 1,
  uses: 0,
  expiresAt: AT,
  createdAt: AT,
};
const jobView: JobView = {
  id: ID,
  name: 'install acme-ledger 2.4.0',
  status: 'running',
  statusReason: null,
  ...versionRef,
  signature: { kid: 'waybill-publish-1', holder: 'service', status: 'valid' },
  action: 'install',
  targets: {
    groups: ['accounting'],
    computers: [],
    filter: 'os==linux',
    exclude: { groups: [], computers: [] },
    total: 2,
  },
  schedule: {
    startAt: null,
    installAt: null,
    zone: 'UTC',
    windows: 'group',
    startsAt: AT,
    installsAt: null,
    expiresAt: AT,
  },
  series: { id: ID, number: 2, of: 12, recurrence: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=12' },
  rollout: {
    waves: [{ percent: 10, soak: 'PT30M', approval: 'manual' }, { percent: 100 }],
    gate: { successPercent: 95 },
  },
  stopWhen: { failedPercent: 5 },
  lateJoiners: 'exclude',
  retry: { attempts: 3, on: ['download.*'] },
  timeouts: { accept: 'P7D', progress: 'PT2H' },
  user: { notify: true, deferrals: 3, deadline: 'P2D', restart: 'ask' },
  waves: [
    { number: 1, percent: 10, status: 'done', total: 1, releasedAt: AT, approvedBy: 'second' },
    { number: 2, percent: 100, status: 'pending', total: 1, releasedAt: null, approvedBy: null },
  ],
  priority: 5,
  annotations: { ticket: 'CHG-1042' },
  run: 1,
  attempt: 1,
  reexecuting: false,
  createdAt: AT,
  createdBy: 'admin',
  approval: { reason: 'it is for "accounting"', groups: ['accounting'], approvedBy: 'second', approvedAt: AT },
  startedAt: AT,
  finishedAt: null,
  archivedAt: null,
  revision: 3,
};
const uploadRef = { ...versionRef, uploadId: ID };
const artifactView: ArtifactView = {
  file: 'acme-ledger_2.4.0_all.deb',
  sha256: SHA256,
  size: 1024,
  deduplicated: false,
};
const multipartTicket: MultipartTicket = {
  upload: {
    id: ID,
    file: artifactView.file,
    state: 'completed',
    size: 1024,
    sha256: SHA256,
    partSize: 1024,
    parts: [{ number: 1, size: 1024, uploaded: true, etag: 'e1' }],
    verified: 1024,
    expiresAt: AT,
    artifact: artifactView,
    problem: null,
  },
  objectKey: 'artifacts/1',
  storageId: 'u1',
};
const multipartOutcome: MultipartOutcome = { size: 1024, verified: 1024, artifact: artifactView };

const auditEntry: AuditEntryView = {
  service: 'package',
  seq: 1,
  at: AT,
  actor: { kind: 'user', id: 'admin', name: 'admin' },
  action: 'package.created',
  object: { type: 'package', id: 'acme-ledger' },
  before: null,
  after: SHA256,
  details: {},
  requestId: ID,
  address: '127.0.0.1',
  hash: SHA256,
};
const ORDER = { ...versionRef, targets: { groups: ['accounting'] } };
const templateView: JobTemplateView = {
  id: ID,
  name: 'monthly',
  job: ORDER,
  createdAt: AT,
  createdBy: 'admin',
  updatedAt: AT,
  revision: 1,
};
const offerView: OfferView = {
  id: ID,
  ...versionRef,
  title: 'Acme Ledger',
  groups: ['accounting'],
  approval: 'required',
  createdAt: AT,
  createdBy: 'admin',
};
const offerRequestView: OfferRequestView = {
  id: ID,
  offerId: OTHER_ID,
  ...versionRef,
  computerId: ID,
  computerName: 'pc-1',
  state: 'approved',
  jobId: ID,
  reason: null,
  requestedAt: AT,
  decidedAt: AT,
  decidedBy: 'admin',
};
const auditList: { request: AuditQuery; response: AuditSlice } = {
  request: { filter: 'actor==admin', first: 'newest', beyond: 1, limit: 10 },
  response: { items: [auditEntry] },
};

type Goldens = { [P in RpcPattern]: { request: RpcContract[P]['request']; response: RpcContract[P]['response'] } };

/** One good request and answer of each pattern, every field filled in. */
export const GOLDEN_RPC: Goldens = {
  [PACKAGE_RPC.auditList]: auditList,
  [PACKAGE_RPC.create]: {
    request: {
      name: 'acme-ledger',
      title: 'Acme Ledger',
      publisher: 'Acme',
      description: 'Bookkeeping\nclient',
      category: 'finance',
    },
    response: packageView,
  },
  [PACKAGE_RPC.get]: { request: { name: 'acme-ledger' }, response: packageView },
  [PACKAGE_RPC.list]: { request: page, response: pageOf(packageView) },
  [PACKAGE_RPC.update]: {
    request: { name: 'acme-ledger', changes: { title: 'Ledger' }, revision: 1 },
    response: packageView,
  },
  [PACKAGE_RPC.remove]: { request: { name: 'acme-ledger' }, response: {} },
  [PACKAGE_RPC.versionCreate]: { request: { package: 'acme-ledger', manifest: MANIFEST }, response: versionView },
  [PACKAGE_RPC.versionGet]: { request: versionRef, response: versionView },
  [PACKAGE_RPC.versionList]: { request: { ...page, package: 'acme-ledger' }, response: pageOf(versionView) },
  [PACKAGE_RPC.versionManifest]: {
    request: versionRef,
    response: { manifest: '{}', manifestDigest: DIGEST, signedManifest: SIGNED_MANIFEST },
  },
  [PACKAGE_RPC.versionPublish]: { request: { ...versionRef, signature: SIGNED_MANIFEST }, response: versionView },
  [PACKAGE_RPC.versionWithdraw]: { request: versionRef, response: versionView },
  [PACKAGE_RPC.uploadBegin]: {
    request: { ...versionRef, file: 'acme-ledger_2.4.0_all.deb' },
    response: { uploadId: ID, objectKey: 'uploads/1' },
  },
  [PACKAGE_RPC.uploadComplete]: {
    request: { uploadId: ID, sha256: SHA256, size: 1024 },
    response: artifactView,
  },
  [PACKAGE_RPC.uploadAbort]: { request: { uploadId: ID }, response: {} },
  [PACKAGE_RPC.multipartBegin]: {
    request: { ...versionRef, file: artifactView.file, size: 1024, sha256: SHA256 },
    response: multipartTicket,
  },
  [PACKAGE_RPC.multipartGet]: { request: uploadRef, response: multipartTicket },
  [PACKAGE_RPC.multipartComplete]: {
    request: { ...uploadRef, parts: [{ number: 1, etag: 'e1' }] },
    response: multipartOutcome,
  },
  [PACKAGE_RPC.multipartOutcome]: { request: uploadRef, response: multipartOutcome },
  [PACKAGE_RPC.multipartAbort]: { request: uploadRef, response: {} },

  [FLEET_RPC.auditList]: auditList,
  [FLEET_RPC.computerList]: { request: page, response: pageOf(computerView) },
  [FLEET_RPC.computerGet]: { request: { id: ID }, response: computerView },
  [FLEET_RPC.computerUpdate]: {
    request: { id: ID, changes: { name: 'pc-1', attributes: { site: 'Tokyo' } }, revision: 1 },
    response: computerView,
  },
  [FLEET_RPC.computerRemove]: { request: { id: ID }, response: {} },
  [FLEET_RPC.computerSoftware]: {
    request: { ...page, id: ID },
    response: pageOf({ name: 'openssl', version: '3.0.0', source: 'dpkg' as const }),
  },
  [FLEET_RPC.groupCreate]: {
    request: { name: 'accounting', kind: 'static', description: 'Third floor' },
    response: groupView,
  },
  [FLEET_RPC.groupPreview]: {
    request: { name: 'old-ledgers', kind: 'dynamic', filter: 'software.acme-ledger.version<2.4' },
    response: { members: 1, computers: 250, sample: [computerView] },
  },
  [FLEET_RPC.groupUpdate]: {
    request: { name: 'old-ledgers', changes: { filter: 'software.acme-ledger.version<2.5' }, revision: 1 },
    response: { ...groupView, name: 'old-ledgers', kind: 'dynamic', filter: 'software.acme-ledger.version<2.5' },
  },
  [FLEET_RPC.groupGet]: { request: { name: 'accounting' }, response: groupView },
  [FLEET_RPC.groupList]: { request: page, response: pageOf(groupView) },
  [FLEET_RPC.groupRemove]: { request: { name: 'accounting' }, response: {} },
  [FLEET_RPC.groupMembersList]: { request: { ...page, name: 'accounting' }, response: pageOf(computerView) },
  [FLEET_RPC.groupMembersAdd]: {
    request: { name: 'accounting', computers: [ID, OTHER_ID] },
    response: { changed: 2, members: 2 },
  },
  [FLEET_RPC.groupMembersRemove]: {
    request: { name: 'accounting', computers: [ID] },
    response: { changed: 1, members: 1 },
  },
  [FLEET_RPC.enrolmentTokenCreate]: {
    request: { groups: ['accounting'], maxUses: 5, expiresAt: AT },
    response: { ...tokenView, secret: 'wbe_0123456789abcdef' },
  },
  [FLEET_RPC.enrolmentTokenList]: { request: page, response: pageOf(tokenView) },
  [FLEET_RPC.enrolmentTokenRemove]: { request: { id: ID }, response: {} },
  [FLEET_RPC.targetsPreview]: {
    request: {
      groupIds: [ID],
      computerIds: [ID],
      excludeGroupIds: [OTHER_ID],
      excludeComputerIds: [OTHER_ID],
      guardedGroups: ['servers'],
    },
    response: {
      platforms: [{ os: 'linux', arch: 'amd64', distribution: 'debian', computers: 2, offline: 1 }],
      reachedGuarded: ['servers'],
      fleet: 3,
    },
  },
  [FLEET_RPC.targetsResolve]: {
    request: {
      groupIds: [ID],
      computerIds: [ID],
      excludeGroupIds: [OTHER_ID],
      excludeComputerIds: [OTHER_ID],
      after: ID,
      limit: 5000,
      resolvedAt: AT,
      guardedGroups: ['servers'],
    },
    response: {
      resolvedAt: AT,
      targets: [
        {
          computerId: ID,
          name: 'pc-1',
          online: false,
          lastSeenAt: AT,
          covered: true,
          platform: 'linux/x64/debian',
          site: 'berlin',
          groups: [0],
        },
      ],
      after: null,
      unknownGroupIds: [OTHER_ID],
      reachedGuarded: [],
    },
  },

  [JOB_RPC.auditList]: auditList,
  [JOB_RPC.create]: {
    request: {
      job: {
        name: 'Ledger for accounting',
        ...versionRef,
        action: 'install',
        targets: {
          groups: ['accounting'],
          computers: [ID],
          exclude: { groups: ['kiosks'], computers: [OTHER_ID] },
        },
        schedule: { startAt: '2026-09-01T09:00:00', zone: 'Asia/Tokyo', expiresAt: '2026-09-15T00:00:00Z' },
        priority: 5,
        annotations: { ticket: 'CHG-1042' },
      },
      id: ID,
    },
    response: jobView,
  },
  [JOB_RPC.get]: { request: { id: ID }, response: jobView },
  [JOB_RPC.order]: { request: { id: ID }, response: { job: ORDER } },
  [JOB_RPC.list]: { request: page, response: pageOf(jobView) },
  [TEMPLATE_RPC.create]: { request: { id: ID, template: { name: 'monthly', job: ORDER } }, response: templateView },
  [TEMPLATE_RPC.get]: { request: { id: ID }, response: templateView },
  [TEMPLATE_RPC.list]: { request: page, response: pageOf(templateView) },
  [TEMPLATE_RPC.update]: {
    request: { id: ID, changes: { name: 'weekly', job: ORDER }, revision: 2 },
    response: templateView,
  },
  [TEMPLATE_RPC.remove]: { request: { id: ID }, response: {} },
  [OFFER_RPC.create]: {
    request: { id: ID, offer: { ...versionRef, groups: ['accounting'], approval: 'required' } },
    response: offerView,
  },
  [OFFER_RPC.list]: { request: page, response: pageOf(offerView) },
  [OFFER_RPC.remove]: { request: { id: ID }, response: {} },
  [OFFER_RPC.requests]: { request: page, response: pageOf(offerRequestView) },
  [OFFER_RPC.approve]: { request: { id: ID }, response: offerRequestView },
  [OFFER_RPC.reject]: { request: { id: ID, reason: 'no licence is left' }, response: offerRequestView },
  [OFFER_RPC.ofComputer]: {
    request: { computerId: ID, groupIds: [OTHER_ID] },
    response: {
      items: [
        {
          offerId: ID,
          ...versionRef,
          title: 'Acme Ledger',
          publisher: 'Acme',
          description: 'Bookkeeping client',
          approval: 'none',
          request: { id: ID, state: 'rejected', jobId: null, reason: 'no licence is left', requestedAt: AT },
        },
      ],
    },
  },
  [OFFER_RPC.take]: {
    request: { requestId: ID, offerId: OTHER_ID, computerId: ID, computerName: 'pc-1', groupIds: [OTHER_ID] },
    response: offerRequestView,
  },
  [JOB_RPC.approve]: { request: { id: ID, revision: 2 }, response: jobView },
  [JOB_RPC.preview]: {
    request: { job: { package: 'acme-ledger', version: '2.4.0', targets: { groups: ['accounting'] } } },
    response: {
      targets: { total: 2, offline: 1, withoutVariant: 0 },
      platforms: [
        { os: 'linux', arch: 'amd64', distribution: 'debian', computers: 2, offline: 1, variant: 0, bytesEach: 1024 },
      ],
      bytes: 2048,
      waves: [{ number: 1, percent: 100, expected: 2 }],
      approval: null,
      confirmTargets: null,
      schedule: { startsAt: AT, installsAt: AT, expiresAt: AT, recurrence: { runs: 12, next: [AT, AT] } },
    },
  },
  [JOB_RPC.pause]: { request: { id: ID, reason: 'a meeting', revision: 2 }, response: jobView },
  [JOB_RPC.resume]: { request: { id: ID, revision: 2 }, response: jobView },
  [JOB_RPC.cancel]: {
    request: { id: ID, reason: 'wrong version', followingRuns: 'keep', revision: 3 },
    response: jobView,
  },
  [JOB_RPC.reexecute]: {
    request: { id: ID, only: { computers: [ID] }, requestId: OTHER_ID, revision: 3 },
    response: { attempt: 2, computers: 1 },
  },
  [JOB_RPC.commandsFor]: {
    request: { computerId: ID, executions: [{ jobId: ID, run: 1, attempt: 1 }] },
    response: { commands: ['e30.e30.c2ln'] },
  },
  [JOB_RPC.downloadAuthorize]: {
    request: { computerId: ID, sha256: SHA256 },
    response: { allowed: true, objectKey: 'artifacts/1', size: 1024 },
  },

  ...GOLDEN_RESULT,
};
