import { Entity, PrimaryColumn, Column } from 'typeorm';

/** The content that a file of a version has. */
@Entity('version_files')
export class VersionFileEntity {
  @PrimaryColumn('uuid', { name: 'version_id' }) versionId: string;
  @PrimaryColumn('text') file: string;
  @Column('text') sha256: string;
}
