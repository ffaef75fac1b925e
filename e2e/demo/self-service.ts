import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { AgentProcess } from '../support/agent-process.ts';
import type { Api } from '../support/api.ts';
import { until } from '../support/ready.ts';
import type { Page } from '../support/views.ts';
import type { PackageVersion } from './build-packages.ts';

const MAIN = new URL('../../services/agent/dist/main.js', import.meta.url).pathname;

/**
 * Offers a version to the group and installs it as the user of a computer does.
 * @returns the job that came of it
 */
export async function installByUser(
  api: Api,
  agent: AgentProcess,
  group: string,
  version: PackageVersion,
): Promise<string> {
  const offer = await api.post<{ id: string }>('/offers', { ...version, groups: [group] });
  console.log(indented(asUser(agent, 'catalog')));
  console.log(indented(asUser(agent, 'install', `${version.package}@${version.version}`)));
  const { jobId } = await until('the request to be there', 30_000, async () => {
    const { items } = await api.get<Page<{ jobId: string | null }>>(`/offer-requests?filter=offerId==${offer.id}`);
    return items[0]?.jobId ? { jobId: items[0].jobId } : false;
  });
  return jobId;
}

/** What a user of that computer sees. */
export function asUser(agent: AgentProcess, ...args: string[]): string {
  const state = join(agent.options.directory, 'state');
  return execFileSync(process.execPath, [MAIN, ...args, '--state', state], { encoding: 'utf8' });
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '  ');
}
