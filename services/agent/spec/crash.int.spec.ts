import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inboxShard } from '@waybill/contracts/agent';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { executeCommand, manifestOf } from './commands.js';
import { CRASH_TYPES, crashMoments, type CrashSubject, crashSubjects, lines } from './crash-cases.js';
import { put, temporary } from './packages.js';

const PARALLEL = 4;
const SLOW = { timeoutMs: 180_000 };

describe('an agent killed by SIGKILL', () => {
  let world: AgentWorld;
  let subjects: ReturnType<typeof crashSubjects>;
  const place = temporary('crash');

  beforeAll(async () => {
    world = await AgentWorld.create();
    world.door.subscriptions = (computerId) => [world.inboxSubscription(computerId)];
    subjects = crashSubjects(world.door);
  });

  afterAll(async () => {
    await world?.dispose();
    place.dispose();
  });

  async function command(host: string, subject: CrashSubject) {
    const computerId = await eventually(() => world.door.computerOf(host), SLOW);
    const execute = executeCommand({
      audience: { shard: inboxShard(computerId) },
      selector: { kind: 'computers', ids: [computerId] },
      manifest: manifestOf(subject.variant, 'acme', '2'),
    });
    await world.send(execute, { computerId });
    return execute.jobId;
  }

  function start(host: string, root: string, env: Record<string, string> = {}) {
    const options = { server: world.door.url, token: world.door.token, state: join(place.path, host, 'state'), root };
    return AgentProcess.start({ ...options, env: { WAYBILL_AGENT_HOSTNAME: host, ...env } });
  }

  /** Kills the agent at the moment, starts it again, and says what is wrong with the outcome; empty when nothing is. */
  async function survive(type: string, subject: CrashSubject, moment: string): Promise<string[]> {
    const host = `${type}-${moment}`;
    const root = join(place.path, host, 'root');
    mkdirSync(root, { recursive: true });
    subject.prepare(root);
    const first = start(host, root, { WAYBILL_AGENT_CRASH_AT: moment });
    const jobId = await command(host, subject);
    const end = await first.ended();
    const second = start(host, root);
    const report = await eventually(() => world.final(jobId), SLOW).finally(async () => {
      await second.kill('SIGKILL');
      if (process.env['SPEC_DEBUG']) console.log(first.output, '---', second.output);
    });
    const { status, reason } = report;
    const wrong: string[] = [];
    if (end !== 'SIGKILL') wrong.push(`it ended with ${end}`);
    if (status !== 'succeeded' && reason !== 'agent.restarted') wrong.push(`${status} ${reason}: ${report.message}`);
    if (status === 'succeeded' && !(subject.installed(root) && report.evidence))
      wrong.push('succeeded, but it is not installed');
    // A report is confirmed while the steps go on: which of them that kill cuts off is the machine's choice, so it is read from the report.
    const inHook = report.steps?.some(({ name, finishedAt, ok }) => name === 'hook.after' && finishedAt && ok === null);
    const hookMoment = moment === 'after:step.hook.after.started' || moment === 'before:step.hook.after.finished';
    if (hookMoment && !inHook) wrong.push('the report does not say that the hook was cut off');
    if (inHook && status !== 'failed') wrong.push('succeeded, though the hook was cut off');
    // What deb, rpm and script have done stays; archive and files put back what was there.
    const stays = inHook && ['deb', 'rpm', 'script'].includes(type);
    if (status === 'failed' && !(stays ? subject.installed(root) : subject.untouched(root)))
      wrong.push('failed, but the tree is not as it should be');
    if ((subject.runs(root) ?? 0) > 1) wrong.push('the installer ran twice');
    if (lines(join(root, 'hook-before')) > 1 || lines(join(root, 'hook-after')) > 1) wrong.push('a hook ran twice');
    const left = readdirSync(root, { recursive: true }).filter((name) => String(name).includes('.waybill-'));
    if (left.length > 0) wrong.push(`left behind: ${left.join()}`);
    return wrong.map((what) => `${moment}: ${what}`);
  }

  it.each(CRASH_TYPES)(
    'at any step of an installation by %s ends in one truthful status',
    async (type) => {
      const moments = crashMoments(subjects[type])
        .filter((moment) => !process.env['SPEC_MOMENT'] || moment === process.env['SPEC_MOMENT'])
        .values();
      const wrong: string[] = [];
      const worker = async () => {
        for (const moment of moments)
          wrong.push(
            ...(await survive(type, subjects[type], moment).catch((error: unknown) => [`${moment}: ${String(error)}`])),
          );
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
      expect(wrong).toEqual([]);
    },
    900_000,
  );

  it('waits for an installer that survived it, and runs no second one', async () => {
    const root = join(place.path, 'orphan', 'root');
    mkdirSync(join(root, 'opt'), { recursive: true });
    const script =
      '#!/bin/sh\necho run >> "$WAYBILL_ROOT/setup-runs"\nwhile [ ! -e "$WAYBILL_ROOT/go-on" ]; do sleep 0.1; done\ntouch "$WAYBILL_ROOT/opt/done"\n';
    const artifact = { file: 'setup.sh', ...world.door.addObject(Buffer.from(script)) };
    const subject = {
      ...subjects.script,
      variant: {
        artifacts: [artifact],
        installer: { type: 'script' as const, file: 'setup.sh' },
        detection: [{ file: { path: '/opt/done' } }],
      },
    };
    const first = start('orphan', root);
    const jobId = await command('orphan', subject);
    await eventually(() => expect(lines(join(root, 'setup-runs'))).toBe(1), SLOW);
    await first.kill('SIGKILL');
    const second = start('orphan', root);
    await eventually(() => expect(second.output).toContain('still runs'), SLOW);
    expect(() => world.final(jobId)).toThrow();
    put(join(root, 'go-on'), '');
    const report = await eventually(() => world.final(jobId), SLOW).finally(() => second.kill('SIGKILL'));
    expect(report).toMatchObject({ status: 'succeeded', exitCode: null });
    expect(lines(join(root, 'setup-runs'))).toBe(1);
  }, 600_000);

  it('between making its key and the answer to its enrolment is the same computer afterwards', async () => {
    const root = join(place.path, 'enrol', 'root');
    mkdirSync(root, { recursive: true });
    const before = world.door.computerIds.length;
    const first = start('enrol', root, { WAYBILL_AGENT_CRASH_AT: 'before:enrolled' });
    expect(await first.ended()).toBe('SIGKILL');
    const id = world.door.computerOf('enrol');
    const second = start('enrol', root);
    await eventually(() => expect(second.output).toContain(`"computerId":"${id}","msg":"connected"`), SLOW).finally(
      () => second.kill('SIGKILL'),
    );
    expect(world.door.computerIds).toHaveLength(before + 1);
  }, 300_000);
});
