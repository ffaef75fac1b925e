import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Page, PageQuery } from '@waybill/contracts';
import { keysetPage } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { IdPipe } from '../http/id.pipe.js';
import { IfMatch } from '../http/if-match.decorator.js';
import { ListQuery } from '../http/list-query.decorator.js';
import { Answers, Problems } from '../openapi/answers.js';
import { ApiListQuery } from '../openapi/list-query.docs.js';
import { Caller, demandLogin, type Principal } from '../session/principal.js';
import { CreateAccount as CreateBody, UpdateAccount as UpdateBody } from './account-bodies.js';
import { accountView, type ShownAccount } from './account-view.js';
import { ACCOUNT_LIST } from './accounts.list.js';
import { AccountsRepository } from './accounts.repository.js';
import type { AccountView } from './accounts.views.js';
import { CreateAccount } from './create-account.js';
import { RemoveAccount } from './remove-account.js';
import { UpdateAccount } from './update-account.js';

@ApiTags('accounts')
@Controller('accounts')
export class AccountsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: AccountsRepository,
    private readonly creation: CreateAccount,
    private readonly changes: UpdateAccount,
    private readonly removal: RemoveAccount,
  ) {}

  /** Lets somebody log in by a password; what the account may do is said by its grants. */
  @Post()
  @Answers(201, 'AccountView', 'The new account.')
  @Problems('account.exists', 'account.grantsTooLarge', 'session.loginRequired')
  async create(@Body() body: CreateBody, @Caller() caller: Principal): Promise<AccountView> {
    demandLogin(caller);
    return accountView(await this.creation.run(body));
  }

  @Get()
  @ApiListQuery('id, username, disabled, createdAt')
  @Answers(200, 'Page<AccountView>', 'One page of accounts.')
  async list(@ListQuery() query: PageQuery): Promise<Page<AccountView>> {
    const { items, nextCursor } = await keysetPage<ShownAccount>(this.dataSource, ACCOUNT_LIST, query);
    return { items: items.map(accountView), nextCursor };
  }

  @Get(':id')
  @Answers(200, 'AccountView', 'The account.')
  @Problems('account.notFound')
  async get(@Param('id', IdPipe) id: string): Promise<AccountView> {
    return accountView(await this.accounts.get(id));
  }

  /** Changes password, grants or whether the account may do anything at all; with `If-Match` only when nobody else has since. */
  @Patch(':id')
  @Answers(200, 'AccountView', 'The changed account.')
  @Problems(
    'account.notFound',
    'account.builtIn',
    'account.noPassword',
    'account.grantsTooLarge',
    'session.loginRequired',
    'precondition.failed',
  )
  async update(
    @Param('id', IdPipe) id: string,
    @Body() body: UpdateBody,
    @Caller() caller: Principal,
    @IfMatch() revision?: number,
  ): Promise<AccountView> {
    demandLogin(caller);
    return accountView(await this.changes.run(id, body, revision));
  }

  /** Removes the account with its sessions and API tokens. */
  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'Removed.')
  @Problems('account.notFound', 'account.builtIn', 'session.loginRequired')
  async remove(@Param('id', IdPipe) id: string, @Caller() caller: Principal): Promise<void> {
    demandLogin(caller);
    await this.removal.run(id);
  }
}
