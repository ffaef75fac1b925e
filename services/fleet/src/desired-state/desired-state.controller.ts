import { Controller, Get, UseGuards } from '@nestjs/common';
import type { DesiredStateResponse } from '@waybill/contracts';
import { BearerGuard, ComputerId } from '../sessions/bearer.guard.js';
import { ReadDesiredState } from './read-desired-state.query.js';

@Controller('agent/v1')
@UseGuards(BearerGuard)
export class DesiredStateController {
  constructor(private readonly readDesiredState: ReadDesiredState) {}

  @Get('desired-state')
  read(@ComputerId() computerId: string): Promise<DesiredStateResponse> {
    return this.readDesiredState.run(computerId);
  }
}
