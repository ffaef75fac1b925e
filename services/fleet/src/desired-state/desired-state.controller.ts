import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { DesiredStateResponse } from '@waybill/contracts';
import { DoorCall } from '../openapi/door-answers.js';
import { BearerGuard, ComputerId } from '../sessions/bearer.guard.js';
import { ReadDesiredState } from './read-desired-state.query.js';

@Controller('agent/v1')
@UseGuards(BearerGuard)
@ApiBearerAuth('bearer')
export class DesiredStateController {
  constructor(private readonly readDesiredState: ReadDesiredState) {}

  @DoorCall(200, 'DesiredStateResponse', ['token.invalid', 'token.computerUnknown', 'rpc.timeout', 'rpc.unavailable'])
  @Get('desired-state')
  read(@ComputerId() computerId: string): Promise<DesiredStateResponse> {
    return this.readDesiredState.run(computerId);
  }
}
