import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporary } from '../../spec/packages.js';
import { programReplaced } from './program-replaced.js';

describe('the program of this process', () => {
  const place = temporary('program');
  const [path, running] = [join(place.path, 'program'), join(place.path, 'running')];
  beforeEach(() => {
    for (const file of [path, running]) rmSync(file, { force: true });
    writeFileSync(path, 'old');
    // as the kernel knows it, whatever becomes of its name
    linkSync(path, running);
  });
  afterAll(() => place.dispose());

  it('is its file', () => expect(programReplaced(path, running, true)).toBe(false));

  it('is replaced when another file has its name, as package managers do it', () => {
    writeFileSync(`${path}.new`, 'new');
    renameSync(`${path}.new`, path);
    expect(programReplaced(path, running, true)).toBe(true);
  });

  it('is not while the new one has not reported in: the package manager was cut off in between', () => {
    linkSync(path, join(place.path, 'previous'));
    writeFileSync(`${path}.new`, 'new');
    renameSync(`${path}.new`, path);
    expect(programReplaced(path, running, true)).toBe(false);
    rmSync(join(place.path, 'previous'));
    expect(programReplaced(path, running, true)).toBe(true);
  });

  it('is not when it came back, when it is gone, or when it is the Node.js of others', () => {
    linkSync(running, `${path}.kept`);
    renameSync(`${path}.kept`, path);
    expect(programReplaced(path, running, true)).toBe(false);
    rmSync(path);
    expect(programReplaced(path, running, true)).toBe(false);
    writeFileSync(path, 'another');
    expect(programReplaced(path, running, false)).toBe(false);
  });
});
