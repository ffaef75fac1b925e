import { Controller } from '@nestjs/common';
import {
  FLEET_RPC,
  PreviewTargets as PreviewTargetsRequest,
  type ResolvedTargets,
  ResolveTargets as ResolveTargetsRequest,
  type TargetsPreview,
} from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { PreviewTargets } from './preview-targets.query.js';
import { ResolveTargets } from './resolve-targets.query.js';

@Controller()
export class TargetsController {
  constructor(
    private readonly resolveTargets: ResolveTargets,
    private readonly previewTargets: PreviewTargets,
  ) {}

  @RpcHandler(FLEET_RPC.targetsPreview, PreviewTargetsRequest)
  preview(request: PreviewTargetsRequest): Promise<TargetsPreview> {
    return this.previewTargets.run(request);
  }

  @RpcHandler(FLEET_RPC.targetsResolve, ResolveTargetsRequest)
  resolve(request: ResolveTargetsRequest): Promise<ResolvedTargets> {
    return this.resolveTargets.run(request);
  }
}
