import { Inject } from '@nestjs/common';
import type { VhostRole } from '../server/handler-extras.js';

/** Injection token of a virtual host's publisher. */
export function publisherToken(vhost: VhostRole): string {
  return `@waybill/messaging/publisher/${vhost}`;
}

export function InjectPublisher(vhost: VhostRole): ParameterDecorator & PropertyDecorator {
  return Inject(publisherToken(vhost));
}

/** Injection token of the resolved {@link MessagingSettings}. */
export const MESSAGING_SETTINGS = '@waybill/messaging/settings';
