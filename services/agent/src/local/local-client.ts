import { connect } from 'node:net';
import { ConfigError } from '../config/config-error.js';
import type { LocalAnswer, LocalRequest } from './local-request.js';
import { USERS_GROUP } from './socket-access.js';

/** The agent may have to ask the server first. */
const TIMEOUT_MS = 45_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Asks the agent of this computer.
 * @throws ConfigError with a sentence when there is none, or it may not be asked
 */
export function askAgent(path: string, request: LocalRequest): Promise<LocalAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = '';
    const fail = (sentence: string) => {
      socket.destroy();
      reject(new ConfigError(sentence));
    };
    socket.setTimeout(TIMEOUT_MS, () => fail('The agent does not answer.'));
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('error', (error: NodeJS.ErrnoException) => fail(whyNot(path, error)));
    // a character may come in two pieces
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MAX_ANSWER_BYTES) fail('The agent answers with too much.');
    });
    socket.on('end', () => {
      try {
        resolve(JSON.parse(text) as LocalAnswer);
      } catch {
        fail('The agent did not answer.');
      }
    });
  });
}

function whyNot(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return `No agent is running here: nobody listens at ${path}. Start it, or name its state directory by --state.`;
  if (code === 'EACCES' || code === 'EPERM')
    return `You may not talk to the agent: do it as root, or have yourself added to the group ${USERS_GROUP}.`;
  return `The agent cannot be asked: ${message}.`;
}
