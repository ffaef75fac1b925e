import { Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { DownloadTicket } from '@waybill/contracts';
import { DoorCall } from '../openapi/door-answers.js';
import { BearerGuard, ComputerId } from '../sessions/bearer.guard.js';
import { IssueTicket } from './issue-ticket.js';

@Controller('agent/v1')
@UseGuards(BearerGuard)
@ApiBearerAuth('bearer')
export class DownloadsController {
  constructor(private readonly issueTicket: IssueTicket) {}

  @Post('downloads/:sha256')
  @DoorCall(200, 'DownloadTicket', [
    'token.invalid',
    'token.computerUnknown',
    'download.notAllowed',
    'download.digestInvalid',
    'rpc.timeout',
    'rpc.unavailable',
  ])
  @HttpCode(200)
  ticket(@ComputerId() computerId: string, @Param('sha256') sha256: string): Promise<DownloadTicket> {
    return this.issueTicket.run(computerId, sha256);
  }
}
