// Runs the conformance suite of the OCI distribution specification against the embedded registry. The suite is a Go module
// that has no releases of its own; this asks the module proxy for it, or takes `--suite PATH` (or OCI_CONFORMANCE_SUITE): its
// folder in a clone of opencontainers/distribution-spec, or the program built from it. Exit codes: 0 it ran and all of it
// passed, 1 it failed, 2 it could not be run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPlayground } from '../dist/playground/server.js';

const MODULE = 'github.com/opencontainers/distribution-spec/conformance';
const COMMIT = process.env.OCI_CONFORMANCE_VERSION ?? '0015ed04896cb860daad57928505dcb16b23af8f';
const FETCH_MS = 120_000;
const BUILD_MS = 300_000;
const RUN_MS = 600_000;

/** All that the suite can test, also what it leaves out unless told otherwise. */
const FEATURES = {
  OCI_API: ['PING', 'PULL', 'PUSH', 'REFERRER', 'TAGS_ATOMIC', 'TAGS_DELETE', 'TAGS_LIST'],
  OCI_API_BLOBS: ['ATOMIC', 'DELETE', 'DIGEST_HEADER', 'MOUNT_ANONYMOUS', 'UPLOAD_CANCEL'],
  OCI_API_MANIFESTS: ['ATOMIC', 'DELETE', 'DIGEST_HEADER', 'TAG_PARAM'],
  OCI_DATA: [
    'IMAGE INDEX INDEX_LIST SPARSE ARTIFACT SUBJECT SUBJECT_MISSING ARTIFACT_LIST SUBJECT_LIST DATA_FIELD',
    'NONDISTRIBUTABLE CUSTOM_FIELDS NO_LAYERS EMPTY_BLOB SHA512',
  ].flatMap((line) => line.split(' ')),
  OCI_TEST: ['PULL', 'PUSH', 'CONTENT_DISCOVERY', 'CONTENT_MANAGEMENT'],
};

/** For both generations of the suite: the one of specification 1.1.1 and the one that came after it. */
function describeRegistry(host, folder) {
  const features = Object.entries(FEATURES).flatMap(([group, names]) => names.map((name) => `${group}_${name}`));
  return {
    ...Object.fromEntries(features.map((name) => [name, '1'])),
    OCI_REGISTRY: host,
    OCI_TLS: 'disabled',
    OCI_REPO1: 'conformance/one',
    OCI_REPO2: 'conformance/two',
    OCI_VERSION: '1.1',
    OCI_RESULTS_DIR: folder,
    OCI_ROOT_URL: `http://${host}`,
    OCI_NAMESPACE: 'conformance/one',
    OCI_CROSSMOUNT_NAMESPACE: 'conformance/two',
    OCI_AUTOMATIC_CROSSMOUNT: '1',
    OCI_REPORT_DIR: folder,
  };
}

/** The folder of the suite as the module proxy gives it. Throws with what go said. */
function fetchSuite() {
  const target = `${MODULE}@${COMMIT}`;
  const go = spawnSync('go', ['mod', 'download', '-json', target], {
    cwd: tmpdir(),
    encoding: 'utf8',
    timeout: FETCH_MS,
    env: { ...process.env, GOWORK: 'off' },
  });
  if (go.error?.code === 'ENOENT') throw new Error('Go is not installed');
  if (go.error !== undefined) throw new Error(`go mod download ${target}: ${go.error.message}`);
  const { Dir, Error: problem } = parseJson(go.stdout);
  if (go.status !== 0 || Dir === undefined) throw new Error(problem ?? go.stderr.trim());
  return Dir;
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** The path of a program: `path` itself, or what is built from the folder. */
function buildSuite(path, work) {
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  if (!statSync(path).isDirectory()) return path;
  const folder = existsSync(join(path, 'conformance', 'go.mod')) ? join(path, 'conformance') : path;
  const program = join(work, 'conformance.test');
  const how = existsSync(join(folder, 'main.go')) ? ['build'] : ['test', '-c'];
  const options = { cwd: folder, encoding: 'utf8', timeout: BUILD_MS, env: { ...process.env, GOWORK: 'off' } };
  const go = spawnSync('go', [...how, '-o', program, '.'], options);
  if (go.error?.code === 'ENOENT') throw new Error('Go is not installed');
  if (go.status !== 0) throw new Error(`go ${how.join(' ')}: ${(go.stderr ?? String(go.error)).trim()}`);
  return program;
}

/** Its exit code. Not waited for in one go: the registry that it talks to is in this process. */
function runSuite(program, work, host) {
  const env = { ...process.env, ...describeRegistry(host, work) };
  return new Promise((settle, fail) => {
    const child = spawn(program, [], { cwd: work, env, timeout: RUN_MS, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', fail).once('close', (code, signal) => settle(code ?? signal));
  });
}

/** Counts what the report of the suite says, and names what failed. A suite that could not start ends with 0 too. */
function summarize(report) {
  if (!existsSync(report)) throw new Error('the suite wrote no report');
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [test, attributes] of readFileSync(report, 'utf8').matchAll(
    /<testcase\b([^>]*?)(?:\/>|>[\s\S]*?<\/testcase>)/g,
  )) {
    const status = /\bstatus="(\w+)"/.exec(attributes)?.[1];
    const isSkipped = status === 'skipped' || /<skipped\b/.test(test);
    const isFailed =
      (status !== undefined && !['passed', 'skipped'].includes(status)) || /<(failure|error)\b/.test(test);
    counts[isFailed ? 'failed' : isSkipped ? 'skipped' : 'passed'] += 1;
    if (isFailed) console.log(`failed: ${/\bname="([^"]*)"/.exec(attributes)?.[1]}`);
  }
  return counts;
}

const { values } = parseArgs({ options: { suite: { type: 'string' } } });
const given = values.suite ?? process.env.OCI_CONFORMANCE_SUITE;
const work = mkdtempSync(join(tmpdir(), 'plait-conformance-'));
const REPORT = join(work, 'junit.xml');
let outcome = 2;
let playground;
try {
  const program = buildSuite(given === undefined ? fetchSuite() : resolve(given), work);
  playground = await startPlayground({ features: { sparse: true } });
  const code = await runSuite(program, work, playground.host);
  const { passed, failed, skipped } = summarize(REPORT);
  console.log(`conformance: ${passed} passed, ${failed} failed, ${skipped} skipped by the suite (exit code ${code})`);
  outcome = code === 0 && passed > 0 && failed === 0 ? 0 : 1;
} catch (error) {
  console.error(`conformance: NOT RUN: ${error.message.replace(/\s*\n\s*/g, ' ')}`);
  console.error(
    'With a clone of https://github.com/opencontainers/distribution-spec: npm run conformance -- --suite CLONE',
  );
} finally {
  await playground?.close();
  if (outcome !== 0 && existsSync(REPORT)) console.error(`The reports of the suite are in ${work}`);
  else rmSync(work, { recursive: true, force: true });
}
process.exitCode = outcome;
