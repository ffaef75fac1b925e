import { Controller } from '@nestjs/common';
import { AnomalyListRequest, type AnomalyView, type Page, RESULT_RPC } from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { limitsScope } from '../limits/job-limits.js';
import { ListAnomalies } from './list-anomalies.query.js';

@Controller()
export class AnomaliesController {
  constructor(private readonly listAnomalies: ListAnomalies) {}

  @RpcHandler(RESULT_RPC.anomalies, AnomalyListRequest)
  list(request: AnomalyListRequest): Promise<Page<AnomalyView>> {
    return this.listAnomalies.execute(request, limitsScope());
  }
}
