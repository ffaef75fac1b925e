import { RepeatingTask } from './repeating-task.js';

/** A task whose runs are ended by the test. */
function gated() {
  const starts: (() => void)[] = [];
  const errors: unknown[] = [];
  let open: ((error?: Error) => void) | undefined;
  let runs = 0;
  const task = new RepeatingTask(
    () => {
      runs += 1;
      starts.splice(0).forEach((resolve) => resolve());
      return new Promise<void>((resolve, reject) => {
        open = (error) => (error ? reject(error) : resolve());
      });
    },
    1,
    (error) => errors.push(error),
  );
  return {
    task,
    errors,
    runs: () => runs,
    started: () => new Promise<void>((resolve) => starts.push(resolve)),
    end: (error?: Error) => open!(error),
  };
}

describe('RepeatingTask', () => {
  it('runs again after the interval, never two at a time', async () => {
    const { task, started, end, runs } = gated();
    let next = started();
    task.start();
    await next;
    task.nudge();
    expect(runs()).toBe(1);
    next = started();
    end();
    await next;
    expect(runs()).toBe(2);
    end();
    await task.stop();
  });

  it('tells a failure and goes on', async () => {
    const { task, started, end, errors } = gated();
    let next = started();
    task.start();
    await next;
    next = started();
    end(new Error('database down'));
    await next;
    expect(errors).toEqual([new Error('database down')]);
    end();
    await task.stop();
  });

  it('waits for the run in progress when stopped and starts no other', async () => {
    const { task, started, end, runs } = gated();
    const first = started();
    task.start();
    await first;
    const stopped = task.stop();
    task.nudge();
    end();
    await stopped;
    expect(runs()).toBe(1);
  });
});
