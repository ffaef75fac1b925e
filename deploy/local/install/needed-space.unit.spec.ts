import { neededBytes } from './needed-space.ts';

describe('the space that a start needs in total', () => {
  it.each([
    [true, true, 6_000],
    [true, false, 3_000],
    [false, true, 3_500],
    [false, false, 500],
  ])('Debian tree missing: %s, MinIO missing: %s: %i MB', (tree, minio, megabytes) => {
    expect(neededBytes({ tree, minio })).toBe(megabytes * 1e6);
  });
});
