import { parseSimulatorFlags } from './simulator-flags.js';

const NEEDED = ['--server', 'https://a/', '--agents', '4000'];
const TOKEN = { WAYBILL_AGENT_TOKEN: 'an-enrolment-token' };

describe('the flags of the simulator', () => {
  it('describe a fleet', () => {
    const args = [
      ...NEEDED,
      '--fail',
      'install=0.05,download=0.02',
      '--delay',
      'install=100..500,verify=7',
      '--connect-rate',
      '200/s',
      '--seed',
      '9',
      '--disconnect',
      '0.5',
      '--for',
      '60',
      '--progress',
    ];
    expect(parseSimulatorFlags(args, TOKEN)).toEqual({
      help: false,
      progress: true,
      seconds: 60,
      fleet: {
        server: 'https://a',
        token: 'an-enrolment-token',
        agents: 4000,
        seed: 9,
        fail: { install: 0.05, download: 0.02 },
        delay: { install: { min: 100, max: 500 }, verify: { min: 7, max: 7 } },
        disconnect: 0.5,
        connectRate: 200,
      },
    });
  });

  it.each([
    [['--agents', '4'], /--server is missing/],
    [[...NEEDED, '--fail', 'reboot=1'], /"reboot=1" is not STEP=VALUE/],
    [[...NEEDED, '--fail', 'install=2'], /not a number from 0 to 1/],
    [[...NEEDED, '--delay', 'install=5..1'], /--delay/],
    [[...NEEDED, '--what'], /--what/],
    [[...NEEDED, '--token', 'x'], /at least 16 characters/],
    [['--server', 'http://a', '--agents', '4'], /https:\/\//],
  ])('%j are refused', (args, sentence) => expect(() => parseSimulatorFlags(args, TOKEN)).toThrow(sentence));

  it('take a token before the one of the environment', () => {
    expect(parseSimulatorFlags([...NEEDED, '--token', 'a-token-of-the-command-line'], TOKEN)).toMatchObject({
      fleet: { token: 'a-token-of-the-command-line' },
    });
  });

  it('ask for a token in the environment', () => {
    expect(() => parseSimulatorFlags(NEEDED, {})).toThrow(/WAYBILL_AGENT_TOKEN/);
  });
});
