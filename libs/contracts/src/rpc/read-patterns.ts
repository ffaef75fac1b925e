import { FLEET_RPC } from './fleet.rpc.js';
import { JOB_RPC } from './job.rpc.js';
import { PACKAGE_RPC } from './package.rpc.js';
import { RESULT_RPC } from './result.rpc.js';
import type { RpcPattern } from './rpc-contract.js';

/** Whether a request only asks: one that was not answered has changed nothing. A new pattern does not compile without its line here. */
const READS: Readonly<Record<RpcPattern, boolean>> = {
  [FLEET_RPC.computerList]: true,
  [FLEET_RPC.computerGet]: true,
  [FLEET_RPC.computerUpdate]: false,
  [FLEET_RPC.computerRemove]: false,
  [FLEET_RPC.computerSoftware]: true,
  [FLEET_RPC.groupCreate]: false,
  [FLEET_RPC.groupPreview]: true,
  [FLEET_RPC.groupUpdate]: false,
  [FLEET_RPC.groupGet]: true,
  [FLEET_RPC.groupList]: true,
  [FLEET_RPC.groupRemove]: false,
  [FLEET_RPC.groupMembersList]: true,
  [FLEET_RPC.groupMembersAdd]: false,
  [FLEET_RPC.groupMembersRemove]: false,
  [FLEET_RPC.enrolmentTokenCreate]: false,
  [FLEET_RPC.enrolmentTokenList]: true,
  [FLEET_RPC.enrolmentTokenRemove]: false,
  [FLEET_RPC.targetsResolve]: true,
  [FLEET_RPC.targetsPreview]: true,
  [FLEET_RPC.auditList]: true,
  [JOB_RPC.create]: false,
  [JOB_RPC.get]: true,
  [JOB_RPC.list]: true,
  [JOB_RPC.preview]: true,
  [JOB_RPC.approve]: false,
  [JOB_RPC.pause]: false,
  [JOB_RPC.resume]: false,
  [JOB_RPC.cancel]: false,
  [JOB_RPC.reexecute]: false,
  [JOB_RPC.commandsFor]: true,
  [JOB_RPC.downloadAuthorize]: true,
  [JOB_RPC.auditList]: true,
  [PACKAGE_RPC.create]: false,
  [PACKAGE_RPC.get]: true,
  [PACKAGE_RPC.list]: true,
  [PACKAGE_RPC.update]: false,
  [PACKAGE_RPC.remove]: false,
  [PACKAGE_RPC.versionCreate]: false,
  [PACKAGE_RPC.versionGet]: true,
  [PACKAGE_RPC.versionList]: true,
  [PACKAGE_RPC.versionManifest]: true,
  [PACKAGE_RPC.versionPublish]: false,
  [PACKAGE_RPC.versionWithdraw]: false,
  [PACKAGE_RPC.uploadBegin]: false,
  [PACKAGE_RPC.uploadComplete]: false,
  [PACKAGE_RPC.uploadAbort]: false,
  [PACKAGE_RPC.multipartBegin]: false,
  [PACKAGE_RPC.multipartGet]: true,
  [PACKAGE_RPC.multipartComplete]: false,
  [PACKAGE_RPC.multipartOutcome]: true,
  [PACKAGE_RPC.multipartAbort]: false,
  [PACKAGE_RPC.auditList]: true,
  [RESULT_RPC.jobSummary]: true,
  [RESULT_RPC.list]: true,
  [RESULT_RPC.listOfComputer]: true,
  [RESULT_RPC.get]: true,
  [RESULT_RPC.changes]: true,
  [RESULT_RPC.reopen]: false,
  [RESULT_RPC.openOfComputer]: true,
  [RESULT_RPC.anomalies]: true,
};

/** True when the request changes nothing, so that it may be asked again without a thought. */
export function isRead(pattern: RpcPattern): boolean {
  return READS[pattern];
}
