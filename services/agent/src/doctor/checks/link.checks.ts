import { WaybillError } from '@waybill/contracts/agent';
import { type HttpConnections, httpRequest } from '../../http/http-request.js';
import { type Check, failed, ok, skipped } from '../check.js';
import { doorWords, type Link, logIn } from '../link.js';

const LOGIN_MS = 8_000;
const NOT_ENROLLED =
  'Get an enrolment token from your administrator, then: waybill-agent enrol (see waybill-agent enrol --help).';

/** The journal cannot be read, and no agent answers that could say it. */
export const UNKNOWN = Symbol('unknown');

export interface LinkCheckParts {
  /** null: not enrolled */
  computerId(): Promise<string | null | typeof UNKNOWN>;
  /** rejects as the door does */
  link(): Promise<Link>;
  connections: HttpConnections;
  /** address for one byte of something that this computer may fetch; null: nothing is known yet */
  ticketUrl(link: Link): Promise<string | null>;
}

/** Whether the server knows this computer and its key. */
export function enrolmentCheck({ computerId, link }: LinkCheckParts): Check {
  return {
    name: 'enrolment',
    async run() {
      const id = await computerId();
      if (id === UNKNOWN) return skipped('The journal knows it, and cannot be read; see journal and agent.');
      if (id === null) return failed('This computer is not enrolled.', NOT_ENROLLED);
      try {
        await link();
        return ok(`This computer is enrolled as ${id}.`);
      } catch (error) {
        if (error instanceof WaybillError && error.kind === 'unavailable')
          return skipped('The server does not answer.');
        const advice = 'If an administrator removed this computer, have its state directory removed and enrol it anew.';
        return failed(`The server does not accept this computer: ${doorWords(error)}.`, advice);
      }
    },
  };
}

/** Connects to the broker and logs in. */
export function brokerCheck({ computerId, link }: LinkCheckParts): Check {
  return {
    name: 'broker',
    async run() {
      const id = await computerId();
      if (id === null || id === UNKNOWN) return skipped('Its address is told to computers that are enrolled.');
      const opened = await link().catch(() => null);
      if (!opened) return skipped('Its address comes from the server; see server and enrolment.');
      const { url } = opened.session.broker;
      try {
        await logIn(opened, id, LOGIN_MS);
        return ok(`The broker at ${url} accepts this computer.`);
      } catch (error) {
        const advice = `See that nothing blocks ${new URL(url).host}: commands come from there. If it is reached, its own log says why it refused.`;
        return failed(`The broker at ${url} cannot be used: ${(error as Error).message}.`, advice);
      }
    },
  };
}

/** Fetches one byte from where packages come from. */
export function objectStoreCheck({ link, connections, ticketUrl }: LinkCheckParts): Check {
  return {
    name: 'objectStore',
    async run() {
      const opened = await link().catch(() => null);
      if (!opened) return skipped('Its address comes from the server; see server and enrolment.');
      let url: string | null;
      try {
        url = await ticketUrl(opened);
      } catch (error) {
        return skipped(`The server names no address now: ${doorWords(error)}.`);
      }
      if (url === null) return skipped('Its address is not known before the first package.');
      const { host } = new URL(url);
      try {
        const answer = await httpRequest(url, { headers: { range: 'bytes=0-0' }, idleMs: LOGIN_MS, connections });
        answer.destroy();
        if (answer.statusCode === 200 || answer.statusCode === 206) return ok(`Packages can be fetched from ${host}.`);
        const advice = 'Ask who runs the server; a proxy in between may have changed the address.';
        return failed(`The object store ${host} answers HTTP ${answer.statusCode}.`, advice);
      } catch (error) {
        const advice = 'See that the firewall and the proxy let this computer fetch from there.';
        return failed(`The object store ${host} cannot be reached: ${(error as Error).message}.`, advice);
      }
    },
  };
}
