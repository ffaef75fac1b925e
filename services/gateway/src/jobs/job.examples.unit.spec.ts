import { CreateJob, validateMessage } from '@waybill/contracts';
import { JOB_EXAMPLES } from './job.examples.js';

describe('the orders in the OpenAPI document', () => {
  it.each(Object.entries(JOB_EXAMPLES))('%s is one', (_name, { value }) => {
    expect(validateMessage(CreateJob, value)).toMatchObject({ ok: true });
  });
});
