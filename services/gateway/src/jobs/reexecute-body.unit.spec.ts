import { validateMessage } from '@waybill/contracts';
import { ReexecuteJob } from './reexecute-body.js';

const id = '018f6f3e-7c1a-7000-8000-000000000001';

describe('the body of re-execute', () => {
  it.each([['failed'], ['unsuccessful'], [{ computers: [id] }], [{ filter: 'exitCode==1618' }]])('takes %j', (only) => {
    expect(validateMessage(ReexecuteJob, { only })).toMatchObject({ ok: true });
  });

  it.each([
    [undefined],
    ['succeeded'],
    [{ computers: ['not-an-id'] }],
    [{ computers: [id, id] }],
    [{ computer: [id] }],
    [{ computers: [id], more: 1 }],
    [['failed']],
    [{ filter: '' }],
    [{ filter: 'a==b', computers: [id] }],
  ])('refuses %j and says what would be right', (only) => {
    expect(validateMessage(ReexecuteJob, { only })).toMatchObject({
      ok: false,
      errors: [{ pointer: '/only', message: expect.stringContaining('only must be "failed"') }],
    });
  });
});
