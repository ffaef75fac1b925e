import { Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import type { DownloadTicket } from '@waybill/contracts';
import { BearerGuard, ComputerId } from '../sessions/bearer.guard.js';
import { IssueTicket } from './issue-ticket.js';

@Controller('agent/v1')
@UseGuards(BearerGuard)
export class DownloadsController {
  constructor(private readonly issueTicket: IssueTicket) {}

  @Post('downloads/:sha256')
  @HttpCode(200)
  ticket(@ComputerId() computerId: string, @Param('sha256') sha256: string): Promise<DownloadTicket> {
    return this.issueTicket.run(computerId, sha256);
  }
}
