import { demandSpace } from './required-tools.ts';

describe('the space that a step needs', () => {
  it('is demanded before the step, with what is there and what is needed', () => {
    expect(() => demandSpace('/', Number.MAX_SAFE_INTEGER, 'building MinIO')).toThrow(
      /^The disk of \/ has \d+ MB left and building MinIO needs 9007199255 MB: free some space and start again\.$/,
    );
  });

  it('may be there', () => {
    expect(() => demandSpace('/', 1, 'a byte')).not.toThrow();
  });
});
