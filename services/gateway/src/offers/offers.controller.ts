import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CreateOffer, OFFER_RPC, type OfferView, type Page, type PageQuery } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { IdPipe } from '../http/id.pipe.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { ResourceId } from '../idempotency/idempotency.interceptor.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';

/** What users of computers may install by themselves. */
@ApiTags('offers')
@Controller('offers')
export class OffersController {
  constructor(private readonly rpc: RpcClient) {}

  /**
   * Puts a published version into the catalogue of the groups' computers, also of those that join later. Their users see it by
   * `waybill-agent catalog` and install it by `waybill-agent install`: at once, or with `approval: required` when somebody has approved the
   * request. Each such installation is a job for one computer, annotated with the `offer`.
   */
  @Post()
  @Answers(201, 'OfferView', 'The offer; nothing is installed.')
  @Problems('offer.invalid')
  create(@Body() offer: CreateOffer, @ResourceId() id: string): Promise<OfferView> {
    return this.rpc.call(OFFER_RPC.create, { id, offer });
  }

  @Get()
  @ApiListQuery('id, package, version, approval, createdAt, createdBy')
  @Answers(200, 'Page<OfferView>', 'One page of offers, by package.')
  list(@ListQuery() query: PageQuery): Promise<Page<OfferView>> {
    return this.rpc.call(OFFER_RPC.list, query);
  }

  /** Takes it out of the catalogues. */
  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'Removed: requests that wait are rejected, what was installed stays.')
  @Problems('offer.notFound')
  async remove(@Param('id', IdPipe) id: string): Promise<void> {
    await this.rpc.call(OFFER_RPC.remove, { id });
  }
}
