import { reportChoice } from './report-choice.js';

describe('what a report is to be', () => {
  it.each([
    [undefined, undefined, 'json', { format: 'json', rows: 'summary' }],
    [undefined, undefined, 'csv', { format: 'csv', rows: 'executions' }],
    ['csv', undefined, 'json', { format: 'csv', rows: 'executions' }],
    ['ndjson', 'summary', false, { format: 'ndjson', rows: 'summary' }],
    ['json', undefined, 'csv', { format: 'json', rows: 'summary' }],
    [undefined, 'summary', 'json', { format: 'json', rows: 'summary' }],
  ] as const)('format %s, rows %s, Accept %s', (format, rows, accepted, expected) => {
    expect(reportChoice(format, rows, accepted)).toEqual(expected);
  });

  it.each([
    ['pdf', undefined, 'json', 'report.format'],
    [undefined, undefined, false, 'report.format'],
    ['csv', 'waves', 'json', 'report.rows'],
    ['json', 'executions', 'json', 'report.rows'],
  ] as const)('format %s, rows %s, Accept %s is refused', (format, rows, accepted, code) => {
    expect(() => reportChoice(format, rows, accepted)).toThrow(expect.objectContaining({ code }));
  });
});
