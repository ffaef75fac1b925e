/** The broker has no queue for the message: nobody will ever get it. */
export class UnroutableError extends Error {
  override readonly name = 'UnroutableError';

  constructor(
    readonly exchange: string,
    readonly routingKey: string,
    readonly messageId: string,
  ) {
    super(`no queue takes "${routingKey}" from exchange "${exchange}"; message ${messageId} came back`);
  }
}

/** The message cannot be put on the wire, e.g. a routing key of more than 255 bytes: trying again is of no use. */
export class UnsendableError extends Error {
  override readonly name = 'UnsendableError';
}

/** The broker did not confirm: the message may or may not have arrived. Publish it again with the same id. */
export class NotConfirmedError extends Error {
  override readonly name = 'NotConfirmedError';
}

/** The broker is older than Waybill supports; no point in trying again. */
export class BrokerVersionError extends Error {
  override readonly name = 'BrokerVersionError';
}
