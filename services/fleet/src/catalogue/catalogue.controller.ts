import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { type CatalogueResponse, InstallOfferRequest, notFound, type OfferRequestView } from '@waybill/contracts';
import { DoorCall } from '../openapi/door-answers.js';
import { BearerGuard, ComputerId } from '../sessions/bearer.guard.js';
import { ReadCatalogue } from './read-catalogue.query.js';

const OfferId = new ParseUUIDPipe({ exceptionFactory: () => notFound('offer.notFound', 'There is no such offer.') });

@Controller('agent/v1')
@UseGuards(BearerGuard)
@ApiBearerAuth('bearer')
export class CatalogueController {
  constructor(private readonly catalogue: ReadCatalogue) {}

  @DoorCall(200, 'CatalogueResponse', ['token.invalid', 'token.computerUnknown', 'rpc.timeout', 'rpc.unavailable'])
  @Get('catalogue')
  read(@ComputerId() computerId: string): Promise<CatalogueResponse> {
    return this.catalogue.run(computerId);
  }

  @Post('catalogue/:offerId/requests')
  @DoorCall(200, 'OfferRequestView', [
    'token.invalid',
    'token.computerUnknown',
    'request.invalid',
    'offer.notFound',
    'offer.notSendable',
    'offer.tooMany',
    'offerRequest.idReused',
    'rpc.timeout',
    'rpc.unavailable',
  ])
  @HttpCode(200)
  take(
    @ComputerId() computerId: string,
    @Param('offerId', OfferId) offerId: string,
    @Body() { requestId }: InstallOfferRequest,
  ): Promise<OfferRequestView> {
    return this.catalogue.take(computerId, offerId, requestId);
  }
}
