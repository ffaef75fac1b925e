import { fork } from 'node:child_process';
import type { dispatchFloor } from './dispatch-floor.ts';

/** Runs {@link dispatchFloor} in a child process, so that every socket of it is gone afterwards. */
export function dispatchFloorInChild(options: Parameters<typeof dispatchFloor>[0]): Promise<number[]> {
  const child = fork(new URL('./dispatch-floor.ts', import.meta.url).pathname, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('message', (answer: { times?: number[]; error?: string }) =>
      answer.times ? resolve(answer.times) : reject(new Error(answer.error ?? 'the floor gave no figure')),
    );
    child.once('error', reject);
    child.once('exit', (code) => code !== 0 && reject(new Error(`the floor's process ended with code ${code}`)));
    child.send(options);
  });
}
