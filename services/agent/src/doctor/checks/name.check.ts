import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { failed, ok, type Check } from '../check.js';

/** @param host of the server, or of the proxy that is asked for it, which then resolves the name of the server */
export function nameCheck(host: string, whose: 'server' | 'proxy'): Check {
  return {
    name: 'name',
    async run() {
      if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return ok(`The ${whose} is given by its address, ${host}.`);
      try {
        const found = await lookup(host, { all: true });
        return ok(`${host} is ${found.map(({ address }) => address).join(', ')}.`);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const advice = `Compare the name with the one that your administrator gave you, and look at /etc/resolv.conf and the network.`;
        return failed(`The name of the ${whose}, ${host}, cannot be resolved (${code}).`, advice);
      }
    },
  };
}
