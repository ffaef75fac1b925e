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
import { demandAllGroups, demandGroup, permittedGroups } from '../limits/group-limits.js';
import { CreateEnrolmentToken, unknownGroups } from './create-enrolment-token.js';
import { TOKEN_COLUMNS, type TokenRow, tokenView } from './enrolment-tokens.repository.js';
import { RemoveEnrolmentToken, tokenNotFound } from './remove-enrolment-token.js';

/** A token is theirs who have all of its groups; one without groups theirs who have all. */
const WITHIN_GROUPS = `($1::text[] IS NULL OR (cardinality(t.group_ids) > 0 AND NOT EXISTS (
  SELECT 1 FROM unnest(t.group_ids) AS tg(id) LEFT JOIN groups g ON g.id = tg.id WHERE g.name IS NULL OR g.name <> ALL($1))))`;

const TOKEN_LIST: ListSpec = {
  select: TOKEN_COLUMNS,
  from: 'enrolment_tokens t',
  where: WITHIN_GROUPS,
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
  async create(request: CreateEnrolmentTokenRequest): Promise<EnrolmentTokenView & { secret: string }> {
    const { groups = [] } = request;
    if (groups.length === 0) demandAllGroups('enrolmentTokens.write', 'computers without a group');
    groups.forEach((name, index) => demandGroup(name, 'enrolmentTokens.write', () => unknownGroup(name, index)));
    return this.createToken.run(request);
  }

  @RpcHandler(FLEET_RPC.enrolmentTokenList, PageQuery)
  async list(query: PageQuery): Promise<Page<EnrolmentTokenView>> {
    const { items, nextCursor } = await keysetPage<TokenRow>(this.dataSource, TOKEN_LIST, query, [
      permittedGroups('enrolmentTokens.read'),
    ]);
    return { items: items.map(tokenView), nextCursor };
  }

  @RpcHandler(FLEET_RPC.enrolmentTokenRemove, EnrolmentTokenRef)
  async remove({ id }: EnrolmentTokenRef): Promise<Record<string, never>> {
    const within = `SELECT 1 FROM enrolment_tokens t WHERE t.id = $2 AND ${WITHIN_GROUPS}`;
    const mine = await this.dataSource.query<unknown[]>(within, [permittedGroups('enrolmentTokens.write'), id]);
    if (mine.length === 0) throw tokenNotFound(id);
    await this.removeToken.run(id);
    return {};
  }
}

function unknownGroup(name: string, index: number): never {
  throw unknownGroups([{ pointer: `/groups/${index}`, message: `there is no group "${name}"` }]);
}
