import { isNewEnough } from './minio-binary.ts';

describe('the Go that can build MinIO', () => {
  it.each([
    [1, 24, true],
    [1, 26, true],
    [2, 0, true],
    [1, 23, false],
    [1, 9, false],
  ])('%i.%i: %s', (major, minor, expected) => {
    expect(isNewEnough(major, minor)).toBe(expected);
  });
});
