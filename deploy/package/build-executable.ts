import { chmodSync, copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repositoryRoot } from '../local/local-paths.ts';
import { runTool } from './run-tool.ts';

/** Tells a Node.js executable that it carries a program (Node.js, "Single executable applications"). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const POSTJECT = join(repositoryRoot, 'node_modules/postject/dist/cli.js');
const MAIN = join(repositoryRoot, 'services/agent/dist/main.js');

/**
 * Makes the agent one file that needs no Node.js, no npm and no other file: the Node.js that runs this, with the bundled agent inside (Node SEA). For the
 * system and processor of this computer.
 * @param path where it is put, mode 0755
 * @param version that it names
 * @throws Error with what the tool said
 */
export async function buildExecutable(path: string, version: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'waybill-executable-'));
  try {
    const bundle = join(work, 'agent.cjs');
    await build({
      entryPoints: [MAIN],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      // class names are in messages and logs
      keepNames: true,
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'warning',
      define: { WAYBILL_BUILD_VERSION: JSON.stringify(version) },
    });
    const blob = join(work, 'agent.blob');
    const config = join(work, 'sea.json');
    writeFileSync(config, JSON.stringify({ main: bundle, output: blob, ...OPTIONS }));
    runTool(process.execPath, ['--experimental-sea-config', config]);
    const draft = `${path}.${process.pid}`;
    copyFileSync(process.execPath, draft);
    runTool(process.execPath, [POSTJECT, draft, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE]);
    chmodSync(draft, 0o755);
    renameSync(draft, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const OPTIONS = {
  disableExperimentalSEAWarning: true,
  useSnapshot: false,
  // compiled once here, not at every start
  useCodeCache: true,
  // node:sqlite is called experimental
  execArgv: ['--disable-warning=ExperimentalWarning'],
  // NODE_OPTIONS of whoever starts it is not obeyed: it could load code into a process of root
  execArgvExtension: 'none',
};
