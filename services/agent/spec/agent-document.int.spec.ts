import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { agentConfig } from '../src/config/agent-config.js';
import { AgentProcess } from './agent-process.js';
import { AgentWorld } from './agent-world.js';
import { examplesOf, inShell, pattern, sectionOf } from './console-document.js';
import { temporary } from './packages.js';

const DOCUMENT = readFileSync('docs/agent.md', 'utf8');
const MAIN = join(import.meta.dirname, '../dist/main.js');
const WITHIN = { timeoutMs: 60_000 };

describe('docs/agent.md', () => {
  const place = temporary('agent-document');
  const root = join(place.path, 'tree');
  const config = join(place.path, 'etc/agent.json');
  let world: AgentWorld;
  let agent: AgentProcess | null = null;
  beforeAll(async () => {
    world = await AgentWorld.create();
    for (const directory of ['bin', 'tree']) mkdirSync(join(place.path, directory));
    const program = join(place.path, 'bin/waybill-agent');
    writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
    chmodSync(program, 0o755);
    writeFileSync(join(place.path, 'enrolment-token'), world.door.token);
  }, 60_000);
  afterAll(async () => {
    await agent?.kill('SIGKILL');
    await world?.dispose();
    place.dispose();
  });

  /** What the document calls by the names that are usual, by those of this spec. */
  function here(text: string): string {
    const names = {
      'https://fleet.example.org': world.door.url,
      'https://fleet.example.com': 'https://other.example',
      '/root/enrolment-token': join(place.path, 'enrolment-token'),
      '/etc/waybill-agent/agent.json': config,
      '/var/lib/waybill-agent': join(place.path, 'state'),
    };
    return Object.entries(names).reduce((named, [usual, own]) => named.replaceAll(usual, own), text);
  }

  /** This computer may have no systemd, and specs are no business of it. */
  async function systemctl(command: string): Promise<boolean> {
    if (!/^systemctl (stop|start|enable --now) waybill-agent$/.test(command)) return false;
    if (command.includes('stop')) await agent!.kill('SIGTERM');
    else {
      agent = AgentProcess.startFrom(config);
      await eventually(() => expect(agent!.output).toContain('"msg":"connected"'), WITHIN);
    }
    return true;
  }

  it('shows what happens', async () => {
    const env = {
      PATH: `${join(place.path, 'bin')}:/usr/bin:/bin`,
      WAYBILL_AGENT_CONFIG: config,
      WAYBILL_AGENT_STATE: join(place.path, 'state'),
      WAYBILL_AGENT_ROOT: root,
    };
    // how it is installed is shown by the spec of its packages
    const examples = examplesOf(DOCUMENT.replace(sectionOf(DOCUMENT, 'Install'), ''));
    expect(examples.length).toBeGreaterThan(10);
    for (const { command, printed } of examples) {
      if (await systemctl(command)) continue;
      const shown = await inShell(here(command), env);
      expect({ command, shown }).toEqual({ command, shown: expect.stringMatching(pattern(here(printed))) as string });
    }
  }, 900_000);

  it('has a configuration that is one, and names every setting of it', () => {
    const [, json] = /```json\n([\s\S]*?)```/.exec(DOCUMENT)!;
    const file = JSON.parse(json!) as Record<string, unknown>;
    expect(agentConfig({}, {}, file)).toMatchObject({ server: 'https://fleet.example.org' });
    for (const name of Object.keys(file)) expect(DOCUMENT).toContain(`\`${name}\``);
  });
});
