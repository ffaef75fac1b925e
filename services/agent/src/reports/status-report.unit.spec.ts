import { executeCommand } from '../../spec/commands.js';
import { isWait, newAttempt, type StepName, STEPS } from '../execution/attempt.js';
import { fit } from '../process/output-tail.js';
import { statusReport } from './status-report.js';

const KIB_128 = 131_072;

describe('the size of a report', () => {
  const of = (text: string, repeated = 1) => {
    const names = Array.from({ length: repeated }, () => Object.values(STEPS)).flat();
    const steps = names.map((name) => ({
      name,
      startedAt: 's',
      finishedAt: 'f',
      ok: true,
      // whoever only waits found nothing
      detail: isWait(name) ? null : text.repeat(2_000),
      exitCode: 0,
      process: null,
    }));
    const record = { ...newAttempt(executeCommand({ audience: { shard: 1 } }), ''), steps };
    const logTail = fit(text.repeat(65_536) + 'end')?.slice(-65_536);
    return statusReport('c', record, { status: 'failed', reason: 'install.exitCode', message: text, logTail }, '');
  };

  it.each(['a', '"', 'ü', '漢', '😀', '\\', '\u0001'])('stays below 128 KiB of JSON with output of %j', (text) => {
    const report = of(text);
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThanOrEqual(KIB_128);
    expect(report.logTail!.endsWith('end')).toBe(true);
    // the output shares the room with all steps there are, each saying as much as it may
    expect(report.logTail!.length).toBeGreaterThan(8_000);
    expect(report.steps!.every(({ name, detail }) => detail || isWait(name as StepName))).toBe(true);
  });

  it('gives up the words of the steps when the output alone does not do', () => {
    const report = of('漢', 3);
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThanOrEqual(KIB_128);
    expect(report).toMatchObject({ status: 'failed', reason: 'install.exitCode', message: '漢' });
    expect(report.steps).toHaveLength(Object.values(STEPS).length * 3);
  });
});
