import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OFFER_RPC, type OfferRequestView, type Page, type PageQuery, RejectOfferRequest } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { IdPipe } from '../http/id.pipe.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';

/** What users of computers asked for. */
@ApiTags('offers')
@Controller('offer-requests')
export class OfferRequestsController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @ApiListQuery('id, offerId, package, computerId, computerName, state, requestedAt')
  @Answers(
    200,
    'Page<OfferRequestView>',
    'One page of requests, newest first; `filter=state==pending` are those that wait.',
  )
  list(@ListQuery() query: PageQuery): Promise<Page<OfferRequestView>> {
    return this.rpc.call(OFFER_RPC.requests, query);
  }

  /** Installs it on the computer that asked. */
  @Post(':id/actions/approve')
  @HttpCode(200)
  @Answers(200, 'OfferRequestView', 'The request with its job.')
  @Problems('offerRequest.notFound', 'offerRequest.wrongState', 'offer.notSendable')
  approve(@Param('id', IdPipe) id: string): Promise<OfferRequestView> {
    return this.rpc.call(OFFER_RPC.approve, { id });
  }

  /** Whoever asked is told the reason. */
  @Post(':id/actions/reject')
  @HttpCode(200)
  @Answers(200, 'OfferRequestView', 'The rejected request.')
  @Problems('offerRequest.notFound', 'offerRequest.wrongState')
  reject(@Param('id', IdPipe) id: string, @Body() { reason }: RejectOfferRequest): Promise<OfferRequestView> {
    return this.rpc.call(OFFER_RPC.reject, { id, ...(reason === undefined ? {} : { reason }) });
  }
}
