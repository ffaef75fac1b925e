import { Body, Controller, Get, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { type SessionResponse, TokenRequest, type TokenResponse } from '@waybill/contracts';
import { DoorCall } from '../openapi/door-answers.js';
import { BearerGuard, ComputerId } from './bearer.guard.js';
import { IssueToken } from './issue-token.js';
import { ReadSession } from './read-session.query.js';

@Controller('agent/v1')
export class SessionsController {
  constructor(
    private readonly issueToken: IssueToken,
    private readonly readSession: ReadSession,
  ) {}

  @Post('token')
  @DoorCall(200, 'TokenResponse', [
    'token.assertionInvalid',
    'token.assertionExpired',
    'token.assertionReplayed',
    'token.computerUnknown',
    'request.invalid',
  ])
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  token(@Body() request: TokenRequest): Promise<TokenResponse> {
    return this.issueToken.run(request.client_assertion);
  }

  @Get('session')
  @DoorCall(200, 'SessionResponse', ['token.invalid', 'token.computerUnknown'])
  @UseGuards(BearerGuard)
  @ApiBearerAuth('bearer')
  session(@ComputerId() computerId: string): Promise<SessionResponse> {
    return this.readSession.run(computerId);
  }
}
