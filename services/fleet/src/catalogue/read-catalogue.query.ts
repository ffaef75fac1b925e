import { Injectable } from '@nestjs/common';
import { type CatalogueResponse, OFFER_RPC, type OfferRequestView } from '@waybill/contracts';
import { RpcClient } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { computerUnknown } from '../sessions/read-session.query.js';

const COMPUTER = `
SELECT c.name, array_remove(array_agg(m.group_id), NULL) AS "groupIds" FROM computers c LEFT JOIN memberships m ON m.computer_id = c.id
WHERE c.id = $1 GROUP BY c.id`;

/** What the users of a computer may install themselves: offered by job-scheduler to the groups that the computer is in at this moment. */
@Injectable()
export class ReadCatalogue {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: RpcClient,
  ) {}

  /** @throws WaybillError `token.computerUnknown`; kind `unavailable` when job-scheduler cannot be asked */
  async run(computerId: string): Promise<CatalogueResponse> {
    const { groupIds } = await this.computer(computerId);
    return this.rpc.call(OFFER_RPC.ofComputer, { computerId, groupIds });
  }

  /** @throws WaybillError as {@link run}; `offer.notFound`, `offer.notSendable`, `offerRequest.idReused`, `offer.tooMany` */
  async take(computerId: string, offerId: string, requestId: string): Promise<OfferRequestView> {
    const { name, groupIds } = await this.computer(computerId);
    return this.rpc.call(OFFER_RPC.take, { computerId, computerName: name, groupIds, offerId, requestId });
  }

  private async computer(id: string): Promise<{ name: string; groupIds: string[] }> {
    const [known] = await this.dataSource.query<{ name: string; groupIds: string[] }[]>(COMPUTER, [id]);
    if (!known) throw computerUnknown();
    return known;
  }
}
