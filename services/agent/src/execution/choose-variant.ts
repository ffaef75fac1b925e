import type { Manifest, Variant } from '@waybill/contracts/agent';
import type { PlatformFacts } from '../identity/platform-facts.js';

/** The first variant that matches the computer, null when none does. */
export function chooseVariant(manifest: Manifest, facts: PlatformFacts): Variant | null {
  return manifest.variants.find(({ platform }) => matches(platform, facts)) ?? null;
}

function matches({ os, arch, distribution }: Variant['platform'], facts: PlatformFacts): boolean {
  if (os !== facts.os) return false;
  if (arch && !arch.includes('any') && !arch.includes(facts.arch)) return false;
  return !distribution || (facts.distribution !== undefined && distribution.includes(facts.distribution));
}
