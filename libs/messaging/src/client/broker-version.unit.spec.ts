import { requireBrokerVersion } from './broker-version.js';
import { BrokerVersionError } from './errors.js';

describe('broker version', () => {
  it.each(['4.3.0', '4.3.6', '4.10.0', '5.0.0', '4.3.6+rc.1', '4.4.0-beta.1'])('%s will do', (version) => {
    expect(() => requireBrokerVersion({ product: 'RabbitMQ', version })).not.toThrow();
  });

  it.each(['3.10.8', '4.2.9', '4', 'unknown', ''])('%s is refused with a sentence', (version) => {
    expect(() => requireBrokerVersion({ product: 'RabbitMQ', version })).toThrow(BrokerVersionError);
    expect(() => requireBrokerVersion({ product: 'RabbitMQ', version })).toThrow(
      /Waybill needs RabbitMQ 4\.3\.0 or newer, but the broker is RabbitMQ/,
    );
  });

  it('another product is refused', () => {
    expect(() => requireBrokerVersion({ product: 'LavinMQ', version: '5.0.0' })).toThrow(BrokerVersionError);
  });
});
