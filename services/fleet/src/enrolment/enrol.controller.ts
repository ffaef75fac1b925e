import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { EnrolRequest, type EnrolResponse } from '@waybill/contracts';
import { KeyRing } from '@waybill/trust';
import { DoorCall } from '../openapi/door-answers.js';
import { EnrolComputer } from './enrol-computer.js';

@Controller('agent/v1')
export class EnrolController {
  constructor(
    private readonly enrolComputer: EnrolComputer,
    private readonly keys: KeyRing,
  ) {}

  @Post('enrol')
  @DoorCall(200, 'EnrolResponse', [
    'enrolment.tokenInvalid',
    'enrolment.keyInvalid',
    'computer.nameInvalid',
    'computer.attributesInvalid',
    'request.invalid',
  ])
  @HttpCode(200)
  async enrol(@Body() request: EnrolRequest): Promise<EnrolResponse> {
    return { computerId: await this.enrolComputer.run(request), keySets: [...(await this.keys.offered())] };
  }
}
