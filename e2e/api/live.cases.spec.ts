import { FINAL_STATUSES, type JobReport } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import type { Execution, Job, Page } from '../support/views.ts';
import { AGENTS, type ApiWorld, manifestOf, SCRIPT } from './api-world.fixtures.spec.ts';

const FORMULA = '=1+2';
/** attribute of one computer */
const SITE = '=berlin';

interface Seen {
  states: Map<string, string>;
  lastId: string | undefined;
}

/** What comes out while a job runs, and after it. */
export function live(current: () => ApiWorld): void {
  describe('a job', () => {
    let world: ApiWorld;
    let job: Job;
    beforeAll(async () => {
      world = current();
      await world.api.call('PATCH', `/computers/${world.computer}`, { name: FORMULA, attributes: { site: SITE } });
    });

    /** Follows the job until `enough`, then cuts the connection. */
    async function follow(seen: Seen, enough: () => boolean): Promise<void> {
      const cut = AbortSignal.timeout(120_000);
      const stop = new AbortController();
      cut.addEventListener('abort', () => stop.abort());
      try {
        for await (const { event, id, data } of world.api.events(`/jobs/${job.id}/events`, stop.signal, seen.lastId)) {
          expect(id).not.toBe('');
          seen.lastId = id;
          if (event === 'execution') seen.states.set((data as Execution).computerId, (data as Execution).status);
          if (enough()) break;
        }
        stop.abort();
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
      expect(cut.aborted).toBe(false);
    }

    it('is followed live over a cut connection, and no final state is missed', async () => {
      job = await world.api.post<Job>('/jobs', {
        package: 'live',
        version: '1.0.0',
        targets: { groups: ['everybody'] },
        schedule: { startAt: new Date(Date.now() + 1_500).toISOString() },
      });
      const seen: Seen = { states: new Map(), lastId: undefined };
      const finals = () =>
        [...seen.states.values()].filter((status) => (FINAL_STATUSES as readonly string[]).includes(status));
      await follow(seen, () => seen.states.size >= 2);
      expect(finals().length).toBeLessThan(AGENTS);
      await eventually(async () => expect((await world.api.get<Job>(`/jobs/${job.id}`)).status).toBe('completed'), {
        timeoutMs: 120_000,
      });
      await follow(seen, () => finals().length === AGENTS);
      const { items } = await world.api.get<Page<Execution>>(`/jobs/${job.id}/executions`);
      expect(Object.fromEntries(seen.states)).toEqual(
        Object.fromEntries(items.map(({ computerId, status }) => [computerId, status])),
      );
    }, 400_000);

    it('is reported as CSV that no spreadsheet runs, and as NDJSON as it is', async () => {
      const report = (format: string) => world.api.raw('GET', `/jobs/${job.id}/report?format=${format}`);
      const csv = await report('csv');
      expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const [header, ...lines] = (await csv.text()).trimEnd().split('\r\n');
      expect(header).toMatch(/^computerName,computerId,status,reason,/);
      expect(lines).toHaveLength(AGENTS);
      expect(lines.filter((line) => line.startsWith(`'${FORMULA},${world.computer},`))).toHaveLength(1);
      expect(lines.filter((line) => line.startsWith('='))).toEqual([]);
      const ndjson = (await (await report('ndjson')).text()).trimEnd().split('\n');
      const names = ndjson.map((line) => (JSON.parse(line) as Execution).computerName);
      expect(names).toHaveLength(AGENTS);
      expect(names).toContain(FORMULA);
    });

    it('has an export that can be sent to a group as it is', async () => {
      await world.api.post('/groups', { name: 'out-of-a-table', kind: 'static' });
      const csv = await (await world.api.raw('GET', `/jobs/${job.id}/report?format=csv`)).text();
      const put = (text: string) =>
        world.api.raw('POST', '/groups/out-of-a-table/members', text, { 'content-type': 'text/csv' });
      const wrong = await put(`${csv}x,y\r\n`);
      expect(wrong.status).toBe(400);
      expect(await wrong.json()).toMatchObject({ code: 'request.invalid', errors: [{ pointer: `/${AGENTS + 2}` }] });
      expect(await (await put(csv)).json()).toEqual({ changed: AGENTS, members: AGENTS });
      expect(await (await put(csv)).json()).toEqual({ changed: 0, members: AGENTS });
      await world.api.raw('DELETE', '/groups/out-of-a-table');
    });

    it('recurs when it is asked to, until somebody cancels it', async () => {
      const startAt = new Date(Date.now() + 4_000).toISOString().slice(0, 19);
      const schedule = { startAt, recurrence: 'FREQ=DAILY;COUNT=3' };
      const order = { package: 'live', version: '1.0.0', targets: { groups: ['everybody'] }, schedule };
      const dry = await world.api.post<{ schedule: object }>('/jobs?dryRun=true', order);
      expect(dry.schedule).toMatchObject({
        recurrence: { runs: 3, next: [`${startAt}.000Z`, expect.anything(), expect.anything()] },
      });
      const { id } = await world.api.post<Job>('/jobs', order);
      const runs = async () =>
        (await world.api.get<Page<Job>>(`/jobs?filter=series==${id}&sort=startsAt`)).items.map(({ status }) => status);
      await eventually(async () => expect(await runs()).toEqual(['completed', 'scheduled']), { timeoutMs: 60_000 });
      const { items } = await world.api.get<Page<Job>>(`/jobs?filter=series==${id};status==scheduled`);
      const again = await world.api.raw('POST', `/jobs/${id}/actions/cancel`, '{}', {
        'content-type': 'application/json',
      });
      expect(await again.json()).toMatchObject({
        code: 'job.wrongState',
        detail: expect.stringContaining(`series==${id}`),
      });
      await world.api.post(`/jobs/${items[0]!.id}/actions/cancel`, {});
      expect(await runs()).toEqual(['completed', 'canceled']);
    });

    it('is ordered again with changes, from itself and from a template, and only said to be when that is asked', async () => {
      const schedule = { startAt: '2031-01-01T00:00:00Z' };
      const clone = await world.api.post<Job>(`/jobs/${job.id}/actions/clone`, { schedule, priority: 9 });
      expect(clone).toMatchObject({ status: 'scheduled', priority: 9, package: 'live', schedule });
      expect(clone.id).not.toBe(job.id);
      const order = { package: 'live', version: '1.0.0', targets: { groups: ['everybody'] }, priority: 3 };
      const template = await world.api.post<{ id: string }>('/job-templates', { name: 'live again', job: order });
      const run = `/job-templates/${template.id}/actions/run`;
      const ran = await world.api.post<Job>(run, { schedule, annotations: { ticket: 'CHG-7' } });
      expect(ran).toMatchObject({ status: 'scheduled', priority: 3, annotations: { ticket: 'CHG-7' }, schedule });
      const preview = await world.api.post<{ targets: object }>(`${run}?dryRun=true`, {});
      expect(preview.targets).toMatchObject({ total: AGENTS });
      const silent = await world.api.raw('POST', `/jobs/${clone.id}/actions/clone`, '{}', {
        'content-type': 'application/json',
      });
      expect(silent.status).toBe(400);
      expect(await silent.json()).toMatchObject({ errors: [{ pointer: '/schedule/startAt' }] });
      for (const { id } of [clone, ran]) await world.api.post(`/jobs/${id}/actions/cancel`, {});
      await world.api.raw('DELETE', `/job-templates/${template.id}`);
    });

    it('is reported as a summary by platform, site, group and wave', async () => {
      const path = `/jobs/${job.id}/report`;
      const report = await world.api.get<JobReport>(path);
      const { counters } = await world.api.get<Job>(`/jobs/${job.id}`);
      expect(report.counters).toEqual(counters);
      expect(report.total).toMatchObject({ total: AGENTS, finished: AGENTS });
      for (const list of [report.platforms, report.groups, report.sites, report.waves])
        expect(list.reduce((sum, { total }) => sum + total, 0)).toBe(AGENTS);
      expect(report.groups.map(({ group }) => group)).toEqual(['everybody']);
      expect(report.platforms[0]!.platform).toMatch(/^linux\//);
      expect(report.sites).toContainEqual(expect.objectContaining({ site: SITE, total: 1 }));
      const { p50, p99 } = report.durations.queuedToFinal;
      expect(p50).toBeGreaterThan(0);
      expect(p99).toBeGreaterThanOrEqual(p50!);
      const csv = await (await world.api.raw('GET', `${path}?format=csv&rows=summary`)).text();
      expect(csv).toContain(`\r\nsite,'${SITE},,,1,`);
    });
  });

  describe('the same bytes uploaded twice', () => {
    it('are stored once', async () => {
      const { api, objects } = current();
      const before = await objects();
      await api.post('/packages/drafts/versions', manifestOf('drafts', '3.0.0'));
      const response = await api.raw('PUT', '/packages/drafts/versions/3.0.0/artifacts/run.sh', new Uint8Array(SCRIPT));
      expect(await response.json()).toMatchObject({ size: SCRIPT.length, deduplicated: true });
      await eventually(async () => expect(await objects()).toEqual(before));
    });
  });
}
