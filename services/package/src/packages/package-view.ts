import type { PackageView } from '@waybill/contracts';
import type { PackageEntity } from './package.entity.js';

export function packageView(entity: PackageEntity): PackageView {
  const { name, title, publisher, description, category, createdAt, updatedAt, revision } = entity;
  return {
    name,
    title,
    publisher,
    description,
    category,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    revision,
  };
}
