import type { Api } from '../support/api.ts';
import { ignoring } from '../support/publish.ts';
import type { Page } from '../support/views.ts';

/**
 * The group "accounting", empty: computers of an earlier demo are removed. When it holds other computers it is somebody's
 * real group; the demo then makes one of its own.
 */
export async function demoGroup(api: Api): Promise<string> {
  await ignoring('group.exists', () => api.post('/groups', { name: 'accounting', kind: 'static' }));
  const { items } = await api.get<Page<{ id: string; attributes: Record<string, string> }>>(
    '/groups/accounting/members?limit=1000',
  );
  if (items.some((computer) => computer.attributes['demo'] !== 'yes')) {
    const name = `accounting-demo-${Date.now().toString(36)}`;
    await api.post('/groups', { name, kind: 'static' });
    return name;
  }
  for (const computer of items) await api.call('DELETE', `/computers/${computer.id}`);
  return 'accounting';
}
