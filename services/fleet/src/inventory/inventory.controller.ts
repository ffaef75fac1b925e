import { Body, Controller, HttpCode, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { InventoryRequest } from '@waybill/contracts';
import { DoorCall } from '../openapi/door-answers.js';
import { BearerGuard, ComputerId } from '../sessions/bearer.guard.js';
import { StoreInventory } from './store-inventory.js';

@Controller('agent/v1')
@UseGuards(BearerGuard)
@ApiBearerAuth('bearer')
export class InventoryController {
  constructor(private readonly storeInventory: StoreInventory) {}

  @Put('inventory')
  @DoorCall(204, null, [
    'token.invalid',
    'token.computerUnknown',
    'inventory.diskInvalid',
    'computer.nameInvalid',
    'request.invalid',
  ])
  @HttpCode(204)
  replace(@ComputerId() computerId: string, @Body() request: InventoryRequest): Promise<void> {
    return this.storeInventory.run(computerId, request);
  }
}
