import type { ArtifactView, MultipartPart, MultipartView, VersionView } from '@waybill/contracts';
import type { StoredArtifact } from '../manifest/manifest-artifacts.js';
import { backOffMs, type Patience } from './patience.js';
import { ApiProblem, causeOf, PublishError } from './publish-error.js';
import type { RestApi } from './rest-api.js';
import { sendPart } from './send-part.js';
import { UploadProgress } from './upload-progress.js';

interface Part extends MultipartPart {
  url?: string;
}

interface Upload extends MultipartView {
  parts: Part[];
}

export interface LocalFile extends StoredArtifact {
  /** as the manifest has it */
  name: string;
  path: string;
}

/** Parts on their way at the same time. */
const AT_ONCE = 3;
/** Uploads of one file of one version that were begun and came to nothing; more than these, and something else is wrong. */
const MOST_UPLOADS = 50;

/** Sends files into a draft: straight into object storage, in parts, going on where an earlier attempt was cut. */
export class FileUpload {
  constructor(
    private readonly api: RestApi,
    private readonly version: Pick<VersionView, 'id' | 'package' | 'version'>,
    private readonly patience: Patience,
    private readonly tell: (line: string) => void,
  ) {}

  /** @throws PublishError */
  async run(file: LocalFile): Promise<ArtifactView> {
    for (let n = 1; n <= MOST_UPLOADS; n++) {
      const upload = await this.begin(file, n);
      // an earlier one, which has expired or was refused
      if (!upload || !['open', 'verifying', 'completed'].includes(upload.state)) continue;
      if (upload.artifact) return upload.artifact;
      const parts = upload.state === 'open' ? await this.sendMissing(upload, file) : upload.parts;
      return await this.complete(upload, parts);
    }
    throw new PublishError(
      `"${file.name}" was begun ${MOST_UPLOADS} times and never completed; use another version number.`,
    );
  }

  /**
   * The same file of the same draft always begins the same upload: the key needs nobody to remember it.
   * @returns undefined when it has come to nothing since
   */
  private async begin({ name, sha256, size }: LocalFile, n: number): Promise<Upload | undefined> {
    const key = `publish:${this.version.id}:${sha256}:${Buffer.from(name).toString('base64url').slice(-80)}:${n}`;
    const begun = await this.api.post<Upload>(this.path(), { file: name, size, sha256 }, key);
    if (begun.parts.every(({ url }) => url !== undefined)) return begun;
    try {
      return await this.fresh(begun);
    } catch (error) {
      if (error instanceof ApiProblem && ['upload.notFound', 'upload.closed'].includes(error.code)) return undefined;
      throw error;
    }
  }

  /** How far it is, with new URLs. */
  private fresh({ id }: Pick<Upload, 'id'>): Promise<Upload> {
    return this.api.get<Upload>(`${this.path(id)}?urls=true`);
  }

  private async sendMissing(upload: Upload, file: LocalFile): Promise<Part[]> {
    const there = upload.parts.filter(({ uploaded }) => uploaded);
    const missing = upload.parts.filter(({ uploaded }) => !uploaded);
    if (there.length > 0)
      this.tell(`${file.name}: going on, ${there.length} of ${upload.parts.length} parts are there`);
    const progress = new UploadProgress(file.name, file.size, this.tell);
    for (const { size } of there) progress.add(size);
    const sent: Part[] = [];
    const next = missing.values();
    let failed = false;
    const sender = async () => {
      for (const part of next) {
        // nobody needs the rest now
        if (failed) return;
        sent.push(await this.send(upload, part, file, progress));
      }
    };
    const fail = (error: unknown) => {
      failed = true;
      throw error;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, () => sender().catch(fail)));
    return [...there, ...sent];
  }

  private async send(upload: Upload, part: Part, file: LocalFile, progress: UploadProgress): Promise<Part> {
    const stretch = { path: file.path, from: (part.number - 1) * upload.partSize, size: part.size };
    let { url } = part;
    for (let failures = 1; ; failures++) {
      let sent = 0;
      const outcome = await sendPart(url!, stretch, (bytes) => {
        sent += bytes;
        progress.add(bytes);
      }).catch((error: unknown) => causeOf(error));
      if (typeof outcome !== 'string' && outcome.status === 200) return { ...part, uploaded: true, etag: outcome.etag };
      progress.add(-sent);
      const why = typeof outcome === 'string' ? outcome : `answers ${outcome.status}`;
      if (failures >= this.patience.tries) {
        throw new PublishError(
          `Part ${part.number} of "${file.name}" does not get to ${new URL(url!).origin} (${why}). Publish again: it goes on there.`,
        );
      }
      await this.patience.wait(backOffMs(failures), `Part ${part.number} of "${file.name}" did not get there (${why})`);
      // it may have expired
      url = (await this.fresh(upload)).parts[part.number - 1]?.url ?? url;
    }
  }

  private async complete({ id, file }: Upload, parts: Part[]): Promise<ArtifactView> {
    const body = { parts: parts.map(({ number, etag }) => ({ number, etag })) };
    for (;;) {
      try {
        return await this.api.post<ArtifactView>(`${this.path(id)}/actions/complete`, body);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.code !== 'upload.verificationPending') throw error;
        this.tell(`${file}: ${error.message}`);
      }
    }
  }

  private path(id?: string): string {
    const { package: name, version } = this.version;
    return `/packages/${name}/versions/${encodeURIComponent(version)}/uploads${id === undefined ? '' : `/${id}`}`;
  }
}
