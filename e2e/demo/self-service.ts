import type { AgentProcess } from '../support/agent-process.ts';
import type { Api } from '../support/api.ts';
import { asUser } from '../support/as-user.ts';
import { until } from '../support/ready.ts';
import type { Page } from '../support/views.ts';
import type { PackageVersion } from './build-packages.ts';

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

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '  ');
}
