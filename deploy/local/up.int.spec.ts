import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('npm start', () => {
  it.each(['--unknown', 'servers'])('says that it does not know %s, and starts nothing', (argument) => {
    const up = [join(import.meta.dirname, 'up.ts'), argument];
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...up], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(argument);
    expect(stderr).toContain('npm start -- --help');
  });
});
