import { asUser } from '../support/as-user.ts';
import type { Answer, AuditWorld } from './audit-world.fixtures.spec.ts';

let offer = '';

/** A user of the real agent's computer asks for what is offered. @returns path of the request */
async function asked(world: AuditWorld): Promise<string> {
  asUser(world.agent, 'install', 'e2e-tiny');
  const { body } = await world.call('GET', `/offer-requests?filter=state==pending;offerId==${offer}`);
  const [request] = body['items'] as { id: string }[];
  return `/offer-requests/${request!.id}/actions`;
}

/** What administrators do about what users install themselves. */
export const OFFER_CHANGES: [operation: string, action: string, perform: (world: AuditWorld) => Promise<Answer>][] = [
  [
    'POST /offers',
    'offer.created',
    async (world) => {
      const body = { package: 'e2e-tiny', version: '1.0.0', groups: ['accounting'], approval: 'required' };
      const answer = await world.call('POST', '/offers', body);
      offer = String(answer.body['id']);
      return answer;
    },
  ],
  [
    'POST /offer-requests/{id}/actions/reject',
    'offerRequest.rejected',
    async (world) => world.call('POST', `${await asked(world)}/reject`, { reason: 'no licence is left' }),
  ],
  [
    'POST /offer-requests/{id}/actions/approve',
    'offerRequest.approved',
    async (world) => world.call('POST', `${await asked(world)}/approve`, {}),
  ],
  ['DELETE /offers/{id}', 'offer.removed', (world) => world.call('DELETE', `/offers/${offer}`)],
];
