import { randomUUID } from 'node:crypto';
import { type Command, COMMAND_JWS_TYPE } from '@waybill/contracts/agent';
import { CompactSign } from 'jose';
import { CommandIntake, type Intake } from '../src/commands/command-intake.js';
import type { CommandSource } from '../src/commands/command-source.js';
import { type CommandVerifier, verifyCommand } from '../src/commands/verify-command.js';
import { Executor } from '../src/execution/executor.js';
import { InstallOffers } from '../src/user/install-offers.js';
import { LogNotifier } from '../src/user/notifier.js';
import { MemoryJournal } from '../src/journal/memory-journal.js';
import { silentLog } from '../src/log.js';
import { ReportWriter } from '../src/reports/report-writer.js';
import { SimulatedStepRunner } from '../src/simulator/simulated-step-runner.js';
import { isConfirmed } from '../src/trust/is-confirmed.js';
import { OwnTime } from '../src/time/own-time.js';
import { newKey } from '@waybill/testing';
import { KEYS, onTheWire } from './commands.js';
import { waitsOf } from './waits.js';
import { MovableClock } from './movable-clock.js';
import { JobHolds } from '../src/execution/job-holds.js';

/** The intake of a simulated computer on which everything succeeds at once; commands are really signed and verified. */
export class IntakeWorld {
  readonly computerId = randomUUID();
  readonly groupId = randomUUID();
  readonly journal = new MemoryJournal();
  /** begins at the real time and stands still until the spec moves it */
  readonly clock = new MovableClock();
  readonly holds = new JobHolds(this.journal);
  readonly received: Command[] = [];
  readonly source: Extract<CommandSource, { kind: 'group' }>;
  readonly intake: CommandIntake;
  executor!: Executor;
  /** an executor on the same journal, as after a restart; the intake keeps waking the newest */
  readonly nextProcess: () => Executor;
  private readonly attacker = newKey(KEYS.command.kid);
  /** looks for a newer key set */
  lookedForKeys = 0;
  /** what the agent believes; a spec may hold it back */
  keySet = KEYS.current;
  /** of the computer */
  zone = 'UTC';
  private offset = 0;

  /** @param verifier default the usual one */
  constructor(verifier: CommandVerifier = { verify: verifyCommand }) {
    const { computerId, groupId, journal, clock } = this;
    const memberSince = new Date(Date.now() - 60_000).toISOString();
    this.source = { kind: 'group', stream: 's', groupId, generation: 1, memberSince };
    const reports = new ReportWriter(computerId, journal, clock);
    const behaviour = { seed: 1, fail: {}, delay: {} };
    const time = new OwnTime(clock, () => this.zone);
    const offers = new InstallOffers({ journal, clock, reports, notifier: new LogNotifier(silentLog) });
    this.nextProcess = () =>
      (this.executor = new Executor({
        journal,
        clock,
        reports,
        log: silentLog,
        bootId: 'this',
        offers,
        restarts: { plan: () => '', watch: () => {} },
        time,
        waits: waitsOf({ journal, clock, time, offers }),
        runner: new SimulatedStepRunner(computerId, behaviour, new Map(), clock, () => true),
        chooseVariant: ({ command }) => command.manifest.variants[0]!,
        mayBegin: (record) => isConfirmed(record, this.keySet) && this.holds.reasonOf(record) === null,
      }));
    this.nextProcess();
    this.intake = new CommandIntake({
      computerId,
      journal,
      verifier,
      keys: () => this.keySet,
      refreshKeys: async () => {
        this.lookedForKeys++;
        this.keySet = KEYS.current;
      },
      groupIds: () => [groupId],
      executor: {
        wake: () => this.executor.wake(),
        cancel: (...of: Parameters<Executor['cancel']>) => this.executor.cancel(...of),
        holdBack: () => this.executor.holdBack(),
      },
      holds: this.holds,
      reports,
      clock,
      zone: () => this.zone,
      log: silentLog,
      onRefresh: () => {},
      onCommand: (command) => this.received.push(command),
    });
  }

  /** a moment that many seconds ahead, by the computer's clock */
  ahead(seconds: number): string {
    return new Date(this.clock.now() + seconds * 1_000).toISOString();
  }

  get audience() {
    return { group: this.groupId, generation: 1 };
  }

  sign(payload: object, { kid, privateKey } = KEYS.command) {
    const header = { alg: 'EdDSA', typ: COMMAND_JWS_TYPE, kid };
    return new CompactSign(Buffer.from(JSON.stringify(onTheWire(payload)))).setProtectedHeader(header).sign(privateKey);
  }

  /** Looks like the server's, down to the name of the key. */
  forge(payload: object): Promise<string> {
    return this.sign(payload, this.attacker);
  }

  /** Takes in the next message of the stream. */
  take(jws: string): Promise<Intake> {
    return this.intake.receive(jws, this.source, ++this.offset);
  }
}
