import { Body, Controller, HttpCode, Put, UseGuards } from '@nestjs/common';
import { InventoryRequest } from '@waybill/contracts';
import { BearerGuard, ComputerId } from '../sessions/bearer.guard.js';
import { StoreInventory } from './store-inventory.js';

@Controller('agent/v1')
@UseGuards(BearerGuard)
export class InventoryController {
  constructor(private readonly storeInventory: StoreInventory) {}

  @Put('inventory')
  @HttpCode(204)
  replace(@ComputerId() computerId: string, @Body() request: InventoryRequest): Promise<void> {
    return this.storeInventory.run(computerId, request);
  }
}
