import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { VersionFileEntity } from './version-file.entity.js';

export interface StoredFile {
  versionId: string;
  file: string;
  sha256: string;
  /** bytes */
  size: number;
  objectKey: string;
}

const OF_VERSIONS = `
SELECT f.version_id AS "versionId", f.file, f.sha256, a.size, a.object_key AS "objectKey"
FROM version_files f JOIN artifacts a USING (sha256)
WHERE f.version_id = ANY ($1::uuid[])`;

/** Table `version_files`: which content a file of a version has. Every method works in the caller's transaction. */
@Injectable()
export class VersionFilesRepository {
  /** What is stored of a version, by file name. */
  async of(manager: EntityManager, versionId: string): Promise<Map<string, StoredFile>> {
    return (await this.ofAll(manager, [versionId])).get(versionId)!;
  }

  /** What is stored of each version, by version id and file name. */
  async ofAll(manager: EntityManager, versionIds: string[]): Promise<Map<string, Map<string, StoredFile>>> {
    const byVersion = new Map(versionIds.map((id) => [id, new Map<string, StoredFile>()]));
    const rows: (Omit<StoredFile, 'size'> & { size: string })[] = await manager.query(OF_VERSIONS, [versionIds]);
    for (const row of rows) byVersion.get(row.versionId)!.set(row.file, { ...row, size: Number(row.size) });
    return byVersion;
  }

  /** The file has this content from now on, whatever it had before. */
  async put(manager: EntityManager, file: VersionFileEntity): Promise<void> {
    await manager.upsert(VersionFileEntity, file, ['versionId', 'file']);
  }
}
