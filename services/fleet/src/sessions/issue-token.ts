import { Inject, Injectable } from '@nestjs/common';
import { type TokenResponse, VHOSTS, WaybillError } from '@waybill/contracts';
import type { ServiceKey } from '@waybill/trust';
import { DataSource } from 'typeorm';
import { FleetConfig } from '../config/fleet.config.js';
import { ACCESS_TOKEN_LIFE, issueAccessToken } from './access-token.js';
import { claimedComputer, verifyAssertion } from './client-assertion.js';
import { computerUnknown } from './read-session.query.js';
import { SESSION_KEY } from './keys.js';
import { UsedAssertionsRepository } from './used-assertions.repository.js';

const COMPUTER = `
SELECT c.public_key AS "publicKey", ARRAY(SELECT m.group_id FROM memberships m WHERE m.computer_id = c.id ORDER BY 1) AS "groupIds"
FROM computers c WHERE c.id = $1`;

/** Turns a client assertion into an access token; two short statements, nothing else to wait for. */
@Injectable()
export class IssueToken {
  private readonly vhost: string;

  constructor(
    private readonly dataSource: DataSource,
    private readonly used: UsedAssertionsRepository,
    @Inject(SESSION_KEY) private readonly key: ServiceKey,
    config: FleetConfig,
  ) {
    this.vhost = config.vhostPrefix + VHOSTS.agents;
  }

  /** @throws WaybillError `token.assertionInvalid`, `token.assertionExpired`, `token.assertionReplayed`, `token.computerUnknown` */
  async run(assertion: string): Promise<TokenResponse> {
    const computerId = claimedComputer(assertion);
    const [computer] = await this.dataSource.query<
      {
        publicKey: string;
        groupIds: string[];
      }[]
    >(COMPUTER, [computerId]);
    if (!computer) throw computerUnknown();
    const now = new Date();
    const verified = await verifyAssertion(assertion, computerId, computer.publicKey, now);
    if (!(await this.used.use(this.dataSource, verified))) {
      throw new WaybillError(
        'unauthorized',
        'token.assertionReplayed',
        'This client assertion was used before; sign a new one with another "jti".',
      );
    }
    const { token, scope } = await issueAccessToken(
      await this.key.current(),
      this.vhost,
      computerId,
      computer.groupIds,
      now,
    );
    return { access_token: token, token_type: 'Bearer', expires_in: ACCESS_TOKEN_LIFE, scope };
  }
}
