import { Controller } from '@nestjs/common';
import { FLEET_RPC, type ResolvedTargets, ResolveTargets as ResolveTargetsRequest } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { ResolveTargets } from './resolve-targets.query.js';

@Controller()
export class TargetsController {
  constructor(private readonly resolveTargets: ResolveTargets) {}

  @RpcHandler(FLEET_RPC.targetsResolve, ResolveTargetsRequest)
  resolve(request: ResolveTargetsRequest): Promise<ResolvedTargets> {
    return this.resolveTargets.run(request);
  }
}
