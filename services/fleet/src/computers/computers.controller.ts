import { Controller } from '@nestjs/common';
import {
  ComputerRef,
  type ComputerView,
  FLEET_RPC,
  type Page,
  PageQuery,
  SoftwareListRequest,
  type SoftwareView,
  UpdateComputerRequest,
} from '@waybill/contracts';
import { RpcHandler } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { demandVisible, VISIBLE_COMPUTER } from '../limits/computer-limits.js';
import { permittedGroups } from '../limits/group-limits.js';
import { COMPUTER_LIST, type ComputerRow, computerView } from './computer-view.js';
import { ComputersRepository } from './computers.repository.js';
import { ListSoftware } from './list-software.query.js';
import { RemoveComputer } from './remove-computer.js';
import { UpdateComputer } from './update-computer.js';

/** Those that who asks may see. */
const VISIBLE_COMPUTERS: ListSpec = { ...COMPUTER_LIST, where: VISIBLE_COMPUTER };

@Controller()
export class ComputersController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly computers: ComputersRepository,
    private readonly listSoftware: ListSoftware,
    private readonly updateComputer: UpdateComputer,
    private readonly removeComputer: RemoveComputer,
  ) {}

  @RpcHandler(FLEET_RPC.computerList, PageQuery)
  async list(query: PageQuery): Promise<Page<ComputerView>> {
    const { items, nextCursor } = await keysetPage<ComputerRow>(this.dataSource, VISIBLE_COMPUTERS, query, [
      permittedGroups('computers.read'),
    ]);
    return { items: items.map(computerView), nextCursor };
  }

  @RpcHandler(FLEET_RPC.computerGet, ComputerRef)
  async get({ id }: ComputerRef): Promise<ComputerView> {
    await demandVisible(this.dataSource, id);
    return this.computers.view(this.dataSource, id);
  }

  @RpcHandler(FLEET_RPC.computerUpdate, UpdateComputerRequest)
  update(request: UpdateComputerRequest): Promise<ComputerView> {
    return this.updateComputer.run(request);
  }

  @RpcHandler(FLEET_RPC.computerRemove, ComputerRef)
  async remove({ id }: ComputerRef): Promise<Record<string, never>> {
    await this.removeComputer.run(id);
    return {};
  }

  @RpcHandler(FLEET_RPC.computerSoftware, SoftwareListRequest)
  async software(request: SoftwareListRequest): Promise<Page<SoftwareView>> {
    await demandVisible(this.dataSource, request.id);
    return this.listSoftware.run(request);
  }
}
