import { readFileSync } from 'node:fs';
import { chooseVariant, WaybillError } from '@waybill/contracts/agent';
import { AgentCore } from './agent-core.js';
import { demandOwnKey } from './commands/demand-own-key.js';
import { verifyCommand } from './commands/verify-command.js';
import { Catalogue } from './catalogue/catalogue.js';
import type { AgentConfig } from './config/agent-config.js';
import type { FleetDoor } from './door/fleet-door.js';
import { HttpFleetDoor } from './door/http-fleet-door.js';
import { ArtifactStore } from './downloads/artifact-store.js';
import { Throttle } from './downloads/throttle.js';
import { ComputerStepRunner } from './execution/computer-step-runner.js';
import { SOFTWARE_PREFIX } from './execution/installed-software.js';
import { httpConnections } from './http/http-request.js';
import { loadOrCreateAgentKey } from './identity/agent-key.js';
import { describeComputer } from './identity/describe-computer.js';
import { enrolOnce } from './identity/enrolment.js';
import { platformFacts } from './identity/platform-facts.js';
import { collectInventory } from './inventory/collect-inventory.js';
import { InventorySender } from './inventory/inventory-sender.js';
import { CrashPoint } from './journal/crash-point.js';
import { SqliteJournal } from './journal/sqlite-journal.js';
import type { Log } from './log.js';
import { RootedPaths } from './root/rooted-paths.js';
import { StateLayout } from './root/state-layout.js';
import { SessionKeeper } from './session/session-keeper.js';
import { CorrectedClock } from './time/clock.js';
import { PinnedKeys } from './trust/pinned-keys.js';
import { LocalDesk } from './local/local-desk.js';
import { LocalServer } from './local/local-server.js';
import { programReplaced } from './update/program-replaced.js';
import { Bandwidth } from './downloads/bandwidth.js';
import { systemZone } from './time/system-zone.js';
import { DesktopNotifier } from './user/desktop-notifier.js';
import { LogNotifier } from './user/notifier.js';
import { NoRestarter, type Restarter, SystemRestarter } from './user/restarter.js';

/** Milliseconds after which unused downloads and the memory of old jobs go. */
const KEEP_DOWNLOADS_MS = 7 * 86_400_000;
const KEEP_JOBS_MS = 90 * 86_400_000;

export interface RunningAgent {
  readonly core: AgentCore;
  /** @param graceMs how long a running installer may still take */
  stop(graceMs: number): Promise<void>;
}

/**
 * The agent of this computer: everything of {@link AgentCore} on a real disk. Enrols first if it has to.
 * @param onReplaced called when an execution has put another version of the agent in the place of this one, and nothing is being installed any more; nothing begins then
 */
export async function startAgent(
  config: AgentConfig,
  log: Log,
  signal: AbortSignal,
  onReplaced?: () => void,
): Promise<RunningAgent> {
  const layout = new StateLayout(config.state);
  const key = loadOrCreateAgentKey(config.state);
  const journal = new SqliteJournal(layout.journal, CrashPoint.fromEnvironment());
  const clock = new CorrectedClock(SessionKeeper.storedClockOffset(journal));
  const connections = httpConnections({ proxies: config.proxies });
  const bandwidth = new Bandwidth(config.bandwidth, systemZone);
  const door = new HttpFleetDoor(config.server, connections, config.allowPlaintext);
  const platform = platformFacts(config.root);
  const describe = () => describeComputer(config, key);
  const keys = new PinnedKeys({ journal, clock, log, rootFingerprint: config.rootKey ?? null });
  const computerId = await enrolOnce(
    { door, server: config.server, journal, clock, log, signal, keys },
    config.token,
    describe,
  );
  const paths = new RootedPaths(config.root);
  const bootId = readBootId();
  const core: AgentCore = new AgentCore({
    computerId,
    key,
    door,
    journal,
    clock,
    log,
    bootId,
    bandwidth,
    notifier: new DesktopNotifier(config.sessions, new LogNotifier(log), log),
    restarter: restarterFor(config),
    verifier:
      config.publishers === 'organisation' ? demandOwnKey({ verify: verifyCommand }) : { verify: verifyCommand },
    keys,
    chooseVariant: (manifest) => chooseVariant(manifest, platform),
    runner: ({ accessToken, progress }) => {
      const ticket = (sha256: string) => askWithToken(core, accessToken, (token) => door.download(token, sha256));
      const store = new ArtifactStore({
        directory: layout.artifacts,
        ticket,
        clock,
        connections,
        throttle: new Throttle(bandwidth, clock),
      });
      store
        .prune(Date.now() - KEEP_DOWNLOADS_MS)
        .catch((error: unknown) => log.warn({ err: error }, 'old downloads could not be removed'));
      return new ComputerStepRunner({
        computerId,
        paths,
        layout,
        store,
        clock,
        log,
        bootId,
        onProgress: progress,
        installedByWaybill: (name) => journal.get(SOFTWARE_PREFIX + name),
      });
    },
    onSubscribed: () => {
      log.info({ computerId }, 'connected');
      void inventory.look();
    },
    onFinished: () => {
      void inventory.look();
      if (onReplaced && programReplaced()) void core.executor.standStill(signal).then(onReplaced, () => {});
    },
  });
  const collect = () => collectInventory({ hostname: config.hostname, platform, paths, journal, skewMs: clock.skew });
  const inventory = new InventorySender(journal, collect, (facts) => sendInventory(core, door, facts), log);
  journal.prune(new Date(clock.now() - KEEP_JOBS_MS).toISOString());
  const asThisComputer = <T>(ask: (token: string) => Promise<T>) =>
    askWithToken(core, async () => (await core.tokens.current()).value, ask);
  const catalogue = new Catalogue({
    journal,
    items: () => asThisComputer((token) => door.catalogue(token)),
    take: (offerId, requestId) => asThisComputer((token) => door.take(token, offerId, requestId)),
  });
  const desk = new LocalDesk({
    journal,
    offers: core.offers,
    restarts: core.restarts,
    catalogue,
    computerId,
    connected: () => core.session.connection?.connected ?? false,
  });
  const local = new LocalServer(desk, layout, log);
  // Before anything else makes files: it changes the mask of the process for a moment. Without it the agent does all its work; its users only cannot ask it.
  await local
    .start()
    .catch((error: unknown) => log.warn({ err: error }, 'users of this computer cannot ask the agent'));
  await core.start();
  return { core, stop: (graceMs) => Promise.all([local.stop(), core.stop(graceMs)]).then(() => {}) };
}

/** What runs for another tree than that of this computer has no business to restart it. */
function restarterFor({ root, restartCommand }: AgentConfig): Restarter {
  return root === '/' || restartCommand !== undefined ? new SystemRestarter(restartCommand) : new NoRestarter();
}

async function sendInventory(
  core: AgentCore,
  door: FleetDoor,
  facts: Awaited<ReturnType<typeof collectInventory>>,
): Promise<void> {
  await askWithToken(
    core,
    async () => (await core.tokens.current()).value,
    (token) => door.inventory(token, facts),
  );
}

/** A token that is refused before its time (the server has a new key) is replaced once. */
async function askWithToken<T>(
  core: AgentCore,
  accessToken: () => Promise<string>,
  ask: (token: string) => Promise<T>,
): Promise<T> {
  try {
    return await ask(await accessToken());
  } catch (error) {
    if (!(error instanceof WaybillError) || error.kind !== 'unauthorized') throw error;
    return ask((await core.tokens.renew()).value);
  }
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
