/** What a client sees of an error. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  errors?: { pointer: string; message: string }[];
}

const INSIDE = /node_modules|\/work\/|\/dist\/|\bat .+\.[jt]s:\d+|QueryFailedError|TypeError|amqp:|postgres:/;

/** Checks the form of a problem (RFC 9457), and that it says nothing of our inside. */
export async function expectProblem(response: Response, status: number, code: string): Promise<Problem> {
  const text = await response.text();
  expect(`${response.status} ${text}`).toMatch(new RegExp(`^${status} `));
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(text).not.toMatch(INSIDE);
  const problem = JSON.parse(text) as Problem & Record<string, unknown>;
  expect(problem).toMatchObject({
    type: `urn:waybill:problem:${code}`,
    status,
    code,
    requestId: response.headers.get('x-request-id'),
  });
  expect(problem.detail.length).toBeGreaterThan(10);
  return problem;
}
