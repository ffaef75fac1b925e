import { Controller } from '@nestjs/common';
import {
  CreateEnrolmentToken as CreateEnrolmentTokenRequest,
  EnrolmentTokenRef,
  type EnrolmentTokenView,
  FLEET_RPC,
  type Page,
  PageQuery,
} from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { CreateEnrolmentToken } from './create-enrolment-token.js';
import { TOKEN_COLUMNS, type TokenRow, tokenView } from './enrolment-tokens.repository.js';
import { RemoveEnrolmentToken } from './remove-enrolment-token.js';

const TOKEN_LIST: ListSpec = {
  select: TOKEN_COLUMNS,
  from: 'enrolment_tokens t',
  fields: {
    id: { sql: 't.id', type: 'uuid', sortable: true },
    createdAt: { sql: 't.created_at', type: 'timestamp', sortable: true },
    expiresAt: { sql: 't.expires_at', type: 'timestamp', sortable: true },
    maxUses: { sql: 't.max_uses', type: 'number' },
    uses: { sql: 't.uses', type: 'number' },
  },
  defaultSort: '-createdAt',
  unique: 'id',
};

@Controller()
export class EnrolmentTokensController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly createToken: CreateEnrolmentToken,
    private readonly removeToken: RemoveEnrolmentToken,
  ) {}

  @RpcHandler(FLEET_RPC.enrolmentTokenCreate, CreateEnrolmentTokenRequest)
  create(request: CreateEnrolmentTokenRequest): Promise<EnrolmentTokenView & { secret: string }> {
    return this.createToken.run(request);
  }

  @RpcHandler(FLEET_RPC.enrolmentTokenList, PageQuery)
  async list(query: PageQuery): Promise<Page<EnrolmentTokenView>> {
    const { items, nextCursor } = await keysetPage<TokenRow>(this.dataSource, TOKEN_LIST, query);
    return { items: items.map(tokenView), nextCursor };
  }

  @RpcHandler(FLEET_RPC.enrolmentTokenRemove, EnrolmentTokenRef)
  async remove({ id }: EnrolmentTokenRef): Promise<Record<string, never>> {
    await this.removeToken.run(id);
    return {};
  }
}
