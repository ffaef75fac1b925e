import type { ServiceName } from '../naming/exchanges.js';
import { FLEET_RPC } from '../rpc/fleet.rpc.js';
import { JOB_RPC } from '../rpc/job.rpc.js';
import { OFFER_RPC } from '../rpc/offer.rpc.js';
import { PACKAGE_RPC } from '../rpc/package.rpc.js';
import { RESULT_RPC } from '../rpc/result.rpc.js';
import type { RpcPattern } from '../rpc/rpc-contract.js';
import { TEMPLATE_RPC } from '../rpc/template.rpc.js';
import type { Role } from './actor.js';

/**
 * The one table of who may do what: role → permissions, request between services → permission or services, REST call →
 * permission. The gateway reads the last part, each service the middle one; specs walk both with every role.
 */

/** What can be allowed; also the scopes that an API token may be limited to. */
export const PERMISSIONS = [
  'packages.read',
  'packages.write',
  'packages.publish',
  'computers.read',
  'computers.write',
  'groups.read',
  'groups.write',
  'enrolmentTokens.read',
  'enrolmentTokens.write',
  'jobs.read',
  'jobs.create',
  'jobs.cancel',
  'jobs.reexecute',
  'jobs.approve',
  'accounts.read',
  'accounts.write',
  'audit.read',
  'webhooks.read',
  'webhooks.write',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

const VIEW = ['packages.read', 'computers.read', 'groups.read', 'jobs.read'] as const satisfies Permission[];

export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: VIEW,
  helpdesk: [...VIEW, 'jobs.reexecute'],
  packager: [...VIEW, 'packages.write', 'packages.publish'],
  operator: [...VIEW, 'jobs.create', 'jobs.cancel', 'jobs.reexecute', 'jobs.approve'],
  administrator: PERMISSIONS,
  auditor: [...VIEW, 'enrolmentTokens.read', 'accounts.read', 'audit.read'],
};

/** Permissions over the whole installation: a grant that is limited to groups or categories does not give them. */
export const UNLIMITED_ONLY: readonly Permission[] = [
  'accounts.read',
  'accounts.write',
  'audit.read',
  // they are told of all jobs
  'webhooks.read',
  'webhooks.write',
];

/** Who may send a request: whoever the gateway vouches for with this permission, and these services in their own name. */
export interface RpcAccess {
  readonly permission?: Permission;
  readonly services?: readonly ServiceName[];
}

export const RPC_ACCESS: Readonly<Record<RpcPattern, RpcAccess>> = {
  [PACKAGE_RPC.create]: { permission: 'packages.write' },
  [PACKAGE_RPC.get]: { permission: 'packages.read', services: ['job-scheduler'] },
  [PACKAGE_RPC.list]: { permission: 'packages.read' },
  [PACKAGE_RPC.update]: { permission: 'packages.write' },
  [PACKAGE_RPC.remove]: { permission: 'packages.write' },
  [PACKAGE_RPC.versionCreate]: { permission: 'packages.write' },
  [PACKAGE_RPC.versionGet]: { permission: 'packages.read', services: ['job-scheduler'] },
  [PACKAGE_RPC.versionList]: { permission: 'packages.read' },
  [PACKAGE_RPC.versionManifest]: { permission: 'packages.read', services: ['job-scheduler'] },
  [PACKAGE_RPC.versionPublish]: { permission: 'packages.publish' },
  [PACKAGE_RPC.versionWithdraw]: { permission: 'packages.publish' },
  [PACKAGE_RPC.uploadBegin]: { permission: 'packages.write' },
  [PACKAGE_RPC.uploadComplete]: { permission: 'packages.write' },
  [PACKAGE_RPC.uploadAbort]: { permission: 'packages.write' },
  [PACKAGE_RPC.multipartBegin]: { permission: 'packages.write' },
  [PACKAGE_RPC.multipartGet]: { permission: 'packages.write' },
  [PACKAGE_RPC.multipartComplete]: { permission: 'packages.write' },
  [PACKAGE_RPC.multipartOutcome]: { permission: 'packages.write' },
  [PACKAGE_RPC.multipartAbort]: { permission: 'packages.write' },
  [PACKAGE_RPC.auditList]: { permission: 'audit.read' },

  [FLEET_RPC.computerList]: { permission: 'computers.read' },
  [FLEET_RPC.computerGet]: { permission: 'computers.read' },
  [FLEET_RPC.computerUpdate]: { permission: 'computers.write' },
  [FLEET_RPC.computerRemove]: { permission: 'computers.write' },
  [FLEET_RPC.computerSoftware]: { permission: 'computers.read' },
  [FLEET_RPC.groupCreate]: { permission: 'groups.write' },
  [FLEET_RPC.groupPreview]: { permission: 'groups.write' },
  [FLEET_RPC.groupUpdate]: { permission: 'groups.write' },
  [FLEET_RPC.groupGet]: { permission: 'groups.read', services: ['job-scheduler'] },
  [FLEET_RPC.groupList]: { permission: 'groups.read' },
  [FLEET_RPC.groupRemove]: { permission: 'groups.write' },
  [FLEET_RPC.groupMembersList]: { permission: 'computers.read' },
  [FLEET_RPC.groupMembersAdd]: { permission: 'groups.write' },
  [FLEET_RPC.groupMembersRemove]: { permission: 'groups.write' },
  [FLEET_RPC.enrolmentTokenCreate]: { permission: 'enrolmentTokens.write' },
  [FLEET_RPC.enrolmentTokenList]: { permission: 'enrolmentTokens.read' },
  [FLEET_RPC.enrolmentTokenRemove]: { permission: 'enrolmentTokens.write' },
  [FLEET_RPC.auditList]: { permission: 'audit.read' },
  [FLEET_RPC.targetsPreview]: { services: ['job-scheduler'] },
  [FLEET_RPC.targetsResolve]: { services: ['job-scheduler'] },

  [JOB_RPC.preview]: { permission: 'jobs.create' },
  [JOB_RPC.create]: { permission: 'jobs.create' },
  [JOB_RPC.get]: { permission: 'jobs.read' },
  [JOB_RPC.order]: { permission: 'jobs.read' },
  [TEMPLATE_RPC.create]: { permission: 'jobs.create' },
  [TEMPLATE_RPC.get]: { permission: 'jobs.read' },
  [TEMPLATE_RPC.list]: { permission: 'jobs.read' },
  [TEMPLATE_RPC.update]: { permission: 'jobs.create' },
  [TEMPLATE_RPC.remove]: { permission: 'jobs.create' },
  [OFFER_RPC.create]: { permission: 'jobs.create' },
  [OFFER_RPC.list]: { permission: 'jobs.read' },
  [OFFER_RPC.remove]: { permission: 'jobs.create' },
  [OFFER_RPC.requests]: { permission: 'jobs.read' },
  [OFFER_RPC.approve]: { permission: 'jobs.approve' },
  [OFFER_RPC.reject]: { permission: 'jobs.approve' },
  [OFFER_RPC.ofComputer]: { services: ['fleet'] },
  [OFFER_RPC.take]: { services: ['fleet'] },
  [JOB_RPC.list]: { permission: 'jobs.read' },
  [JOB_RPC.approve]: { permission: 'jobs.approve' },
  [JOB_RPC.pause]: { permission: 'jobs.cancel' },
  [JOB_RPC.resume]: { permission: 'jobs.create' },
  [JOB_RPC.cancel]: { permission: 'jobs.cancel' },
  [JOB_RPC.reexecute]: { permission: 'jobs.reexecute' },
  [JOB_RPC.auditList]: { permission: 'audit.read' },
  [JOB_RPC.commandsFor]: { services: ['fleet'] },
  [JOB_RPC.downloadAuthorize]: { services: ['fleet'] },

  [RESULT_RPC.jobSummary]: { permission: 'jobs.read' },
  [RESULT_RPC.report]: { permission: 'jobs.read' },
  [RESULT_RPC.list]: { permission: 'jobs.read' },
  [RESULT_RPC.listOfComputer]: { permission: 'jobs.read' },
  [RESULT_RPC.get]: { permission: 'jobs.read' },
  [RESULT_RPC.changes]: { permission: 'jobs.read' },
  [RESULT_RPC.reopen]: { services: ['job-scheduler'] },
  [RESULT_RPC.openOfComputer]: { services: ['fleet'] },
  [RESULT_RPC.join]: { services: ['job-scheduler'] },
  [RESULT_RPC.atWork]: { services: ['job-scheduler'] },
  [RESULT_RPC.anomalies]: { permission: 'jobs.read' },
};

/** `public` needs no credential; `own` is about the caller itself and needs any. */
export type RouteAccess = Permission | 'public' | 'own';

/** By method and path below `/api/v1`, as in `openapi.json`. A call that is not here is refused. */
export const ROUTE_ACCESS: Readonly<Record<string, RouteAccess>> = {
  'POST /session': 'public',
  'GET /session/oidc': 'public',
  'GET /session/oidc/callback': 'public',
  'GET /session': 'own',
  'DELETE /session': 'own',
  'POST /session/actions/change-password': 'own',
  'GET /sessions': 'own',
  'DELETE /sessions/{id}': 'own',
  'GET /accounts': 'accounts.read',
  'POST /accounts': 'accounts.write',
  'GET /accounts/{id}': 'accounts.read',
  'PATCH /accounts/{id}': 'accounts.write',
  'DELETE /accounts/{id}': 'accounts.write',
  'POST /api-tokens': 'own',
  'GET /api-tokens': 'own',
  'DELETE /api-tokens/{id}': 'own',

  'GET /audit': 'audit.read',

  'POST /webhooks': 'webhooks.write',
  'GET /webhooks': 'webhooks.read',
  'GET /webhooks/{id}': 'webhooks.read',
  'PATCH /webhooks/{id}': 'webhooks.write',
  'DELETE /webhooks/{id}': 'webhooks.write',
  'POST /webhooks/{id}/actions/ping': 'webhooks.write',
  'POST /webhooks/{id}/actions/redeliver': 'webhooks.write',
  'GET /webhooks/{id}/deliveries': 'webhooks.read',
  'POST /webhooks/{id}/deliveries/{deliveryId}/actions/redeliver': 'webhooks.write',

  'POST /packages': 'packages.write',
  'GET /packages': 'packages.read',
  'GET /packages/{name}': 'packages.read',
  'PATCH /packages/{name}': 'packages.write',
  'DELETE /packages/{name}': 'packages.write',
  'POST /packages/{name}/versions': 'packages.write',
  'GET /packages/{name}/versions': 'packages.read',
  'GET /packages/{name}/versions/{version}': 'packages.read',
  'GET /packages/{name}/versions/{version}/manifest': 'packages.read',
  'POST /packages/{name}/versions/{version}/actions/publish': 'packages.publish',
  'POST /packages/{name}/versions/{version}/actions/withdraw': 'packages.publish',
  'PUT /packages/{name}/versions/{version}/artifacts/{file}': 'packages.write',
  'POST /packages/{name}/versions/{version}/uploads': 'packages.write',
  'GET /packages/{name}/versions/{version}/uploads/{id}': 'packages.write',
  'DELETE /packages/{name}/versions/{version}/uploads/{id}': 'packages.write',
  'POST /packages/{name}/versions/{version}/uploads/{id}/actions/complete': 'packages.write',

  'GET /computers': 'computers.read',
  'GET /computers/{id}': 'computers.read',
  'PATCH /computers/{id}': 'computers.write',
  'DELETE /computers/{id}': 'computers.write',
  'GET /computers/{id}/executions': 'jobs.read',
  'GET /computers/{id}/explain': 'jobs.read',
  'GET /computers/{id}/software': 'computers.read',

  'POST /groups': 'groups.write',
  'GET /groups': 'groups.read',
  'GET /groups/{name}': 'groups.read',
  'PATCH /groups/{name}': 'groups.write',
  'DELETE /groups/{name}': 'groups.write',
  'GET /groups/{name}/members': 'computers.read',
  'POST /groups/{name}/members': 'groups.write',
  'PUT /groups/{name}/members/{computerId}': 'groups.write',
  'DELETE /groups/{name}/members/{computerId}': 'groups.write',

  'POST /enrolment-tokens': 'enrolmentTokens.write',
  'GET /enrolment-tokens': 'enrolmentTokens.read',
  'DELETE /enrolment-tokens/{id}': 'enrolmentTokens.write',

  'POST /jobs': 'jobs.create',
  'GET /jobs': 'jobs.read',
  'GET /jobs/{id}': 'jobs.read',
  'POST /jobs/actions/pause': 'jobs.cancel',
  'POST /jobs/actions/resume': 'jobs.create',
  'POST /jobs/actions/cancel': 'jobs.cancel',
  'POST /jobs/actions/approve': 'jobs.approve',
  'POST /jobs/actions/re-execute': 'jobs.reexecute',
  'POST /jobs/{id}/executions/actions/re-execute': 'jobs.reexecute',
  'POST /jobs/{id}/actions/clone': 'jobs.create',
  'POST /job-templates': 'jobs.create',
  'GET /job-templates': 'jobs.read',
  'GET /job-templates/{id}': 'jobs.read',
  'PATCH /job-templates/{id}': 'jobs.create',
  'DELETE /job-templates/{id}': 'jobs.create',
  'POST /job-templates/{id}/actions/run': 'jobs.create',
  'POST /offers': 'jobs.create',
  'GET /offers': 'jobs.read',
  'DELETE /offers/{id}': 'jobs.create',
  'GET /offer-requests': 'jobs.read',
  'POST /offer-requests/{id}/actions/approve': 'jobs.approve',
  'POST /offer-requests/{id}/actions/reject': 'jobs.approve',
  'POST /jobs/{id}/actions/approve': 'jobs.approve',
  'POST /jobs/{id}/actions/pause': 'jobs.cancel',
  'POST /jobs/{id}/actions/resume': 'jobs.create',
  'POST /jobs/{id}/actions/cancel': 'jobs.cancel',
  'POST /jobs/{id}/actions/re-execute': 'jobs.reexecute',
  'GET /jobs/{id}/events': 'jobs.read',
  'GET /jobs/{id}/executions': 'jobs.read',
  'GET /jobs/{id}/executions/{computerId}': 'jobs.read',
  'GET /jobs/{id}/report': 'jobs.read',
};
