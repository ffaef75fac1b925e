import type { ConsumeMessage } from 'amqplib';
import {
  FLEET_RPC,
  type JoinedExecutions,
  type JoinExecutions,
  notFound,
  PACKAGE_RPC,
  type PreviewTargets,
  type ReopenedExecutions,
  type ReopenExecutions,
  type ResolvedTargets,
  type ResolveTargets,
  RESULT_RPC,
  rpcQueue,
  type RpcReply,
  type ServiceName,
  type TargetsPreview,
  type VersionManifest,
  type VersionView,
  WaybillError,
} from '@waybill/contracts';
import { type BrokerConnection, ConsumerChannel } from '@waybill/messaging/client';

type Answer = (request: never) => unknown;

/** Members of a group, and computers that exist, as fleet would know them. */
export interface FakeFleet {
  groups: Map<string, { id: string; members: Set<string> }>;
  computers: Set<string>;
  /** attribute `site`, by computer */
  sites: Map<string, string>;
  /** computers that are not connected, and since when */
  gone: Map<string, string>;
  /** answers to targets.resolve before this one page only, to see paging */
  pageSize: number;
}

/** The other services as they answer over the broker; a spec may replace any answer. */
export class FakePeers {
  readonly fleet: FakeFleet = {
    groups: new Map(),
    computers: new Set(),
    sites: new Map(),
    gone: new Map(),
    pageSize: 5000,
  };
  readonly versions = new Map<string, VersionView>();
  readonly signedManifests = new Map<string, string | null>();
  /** of packages, by name */
  readonly categories = new Map<string, string>();
  /** every request that came, by pattern */
  readonly asked: { pattern: string; request: unknown }[] = [];
  /** computers that the next re-execution reopens */
  reopens: string[] = [];
  /** whom result knows to be at work */
  atWork: string[] = [];
  /** whom result has made executions of after the start, with their waves, and of how many computers before, by job */
  readonly joined = new Map<string, Map<string, number>>();
  readonly totals = new Map<string, number>();
  readonly answers = new Map<string, Answer>([
    [FLEET_RPC.targetsResolve, (request) => this.resolveTargets(request)],
    [FLEET_RPC.targetsPreview, (request) => this.previewTargets(request)],
    [FLEET_RPC.groupGet, (request) => this.groupGet(request)],
    [PACKAGE_RPC.get, ({ name }: { name: string }) => ({ name, category: this.categories.get(name) ?? null })],
    [PACKAGE_RPC.versionGet, (request) => this.versionGet(request)],
    [PACKAGE_RPC.versionManifest, (request) => this.versionManifest(request)],
    [RESULT_RPC.reopen, (request) => this.reopen(request)],
    [RESULT_RPC.join, (request) => this.join(request)],
    [RESULT_RPC.atWork, () => ({ computerIds: this.atWork })],
  ]);
  private readonly channels: ConsumerChannel[] = [];

  constructor(private readonly connection: BrokerConnection) {
    for (const service of ['fleet', 'package', 'result'] as const) this.listen(service);
  }

  async close(): Promise<void> {
    await Promise.all(this.channels.map((channel) => channel.close()));
  }

  private listen(service: ServiceName): void {
    const channel = new ConsumerChannel(this.connection);
    this.channels.push(channel);
    channel.subscribe({
      queue: rpcQueue(service),
      prefetch: 10,
      onMessage: (delivery) => {
        delivery.ack();
        void this.handle(delivery.message);
      },
    });
  }

  private async handle({ content, properties }: ConsumeMessage): Promise<void> {
    const pattern = String(properties.type);
    const request = JSON.parse(content.toString()) as never;
    this.asked.push({ pattern, request });
    const reply = await this.reply(pattern, request);
    if (!reply) return;
    const channel = await (await this.connection.ready(5000)).createChannel();
    channel.sendToQueue(String(properties.replyTo), Buffer.from(JSON.stringify(reply)), {
      correlationId: properties.correlationId,
    });
    await channel.close();
  }

  /** @returns null when the peer is to stay silent */
  private async reply(pattern: string, request: never): Promise<RpcReply<unknown> | null> {
    try {
      const data = await this.answers.get(pattern)?.(request);
      return data === SILENCE ? null : { ok: true, data };
    } catch (error) {
      if (error instanceof WaybillError) return { ok: false, error: error.toWire() };
      throw error;
    }
  }

  /** Every other computer is a Linux, the rest have not told yet. */
  private previewTargets(request: PreviewTargets): TargetsPreview {
    const { targets } = this.resolveTargets({ ...request, limit: 1_000_000 });
    const linux = Math.ceil(targets.length / 2);
    const platforms = [
      { os: 'linux', arch: 'amd64', distribution: 'debian', computers: linux, offline: 1 },
      { os: null, arch: null, distribution: null, computers: targets.length - linux, offline: 0 },
    ];
    const fleet = Math.max(this.fleet.computers.size, targets.length);
    return { platforms: platforms.filter(({ computers }) => computers > 0), reachedGuarded: [], fleet };
  }

  private join({ jobId, targets }: JoinExecutions): JoinedExecutions {
    const joined = this.joined.get(jobId) ?? new Map<string, number>();
    for (const { computerId, wave = 1 } of targets) joined.set(computerId, wave);
    this.joined.set(jobId, joined);
    const before = this.totals.get(jobId) ?? 0;
    // the first ones count in wave 1
    const waves = [...Map.groupBy(joined.values(), (wave) => wave)].map(([wave, { length }]) => ({
      wave,
      total: length + (wave === 1 ? before : 0),
    }));
    return { total: before + joined.size, waves, open: targets.map(({ computerId }) => computerId) };
  }

  private resolveTargets(request: ResolveTargets): ResolvedTargets {
    const groups = [...this.fleet.groups.values()];
    const membersOf = (ids: string[]) =>
      groups.filter(({ id }) => ids.includes(id)).flatMap(({ members }) => [...members]);
    const covered = new Set(membersOf(request.groupIds));
    const excluded = new Set([...membersOf(request.excludeGroupIds), ...request.excludeComputerIds]);
    const named = request.computerIds.filter((id) => this.fleet.computers.has(id));
    const all = [...new Set([...covered, ...named])].filter((id) => !excluded.has(id)).sort();
    const rest = all.filter((id) => (!request.after || id > request.after) && (request.among?.includes(id) ?? true));
    const page = rest.slice(0, Math.min(request.limit, this.fleet.pageSize));
    return {
      resolvedAt: request.resolvedAt ?? new Date().toISOString(),
      targets: page.map((computerId) => ({
        computerId,
        name: `pc-${computerId.slice(-4)}`,
        online: !this.fleet.gone.has(computerId),
        lastSeenAt: this.fleet.gone.get(computerId) ?? null,
        covered: covered.has(computerId),
        platform: 'linux/x64/debian',
        site: this.fleet.sites.get(computerId) ?? null,
        groups: request.groupIds.flatMap((id, i) =>
          groups.some((group) => group.id === id && group.members.has(computerId)) ? [i] : [],
        ),
      })),
      after: page.length < rest.length ? page.at(-1)! : null,
      unknownGroupIds: [...request.groupIds, ...request.excludeGroupIds].filter(
        (id) => !groups.some((group) => group.id === id),
      ),
      reachedGuarded: (request.guardedGroups ?? []).filter((name) =>
        page.some((id) => this.fleet.groups.get(name)?.members.has(id)),
      ),
    };
  }

  private groupGet({ name }: { name: string }): object {
    const group = this.fleet.groups.get(name);
    if (!group) throw notFound('group.notFound', `There is no group "${name}".`);
    return {
      id: group.id,
      name,
      kind: 'static',
      filter: null,
      description: null,
      members: group.members.size,
      createdAt: new Date().toISOString(),
      revision: 1,
    };
  }

  private versionGet({ package: name, version }: { package: string; version: string }): VersionView {
    const found = this.versions.get(`${name} ${version}`);
    if (found) return found;
    const known = [...this.versions.keys()].some((key) => key.startsWith(`${name} `));
    throw known
      ? notFound('version.notFound', 'There is no such version.')
      : notFound('package.notFound', 'There is no such package.');
  }

  private versionManifest(request: { package: string; version: string }): VersionManifest {
    const { manifestDigest } = this.versionGet(request);
    const signedManifest = this.signedManifests.get(`${request.package} ${request.version}`) ?? null;
    return { manifest: '', manifestDigest: manifestDigest ?? '', signedManifest };
  }

  private reopen({ only, computers }: ReopenExecutions): ReopenedExecutions {
    const computerIds = only === 'computers' ? (computers ?? []) : [...this.reopens].sort();
    return { total: computerIds.length, failed: computerIds.length, computerIds, after: null };
  }
}

/** An answer that never comes. */
export const SILENCE = Symbol('silence');
