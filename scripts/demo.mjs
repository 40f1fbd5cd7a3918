// The main job from end to end: an embedded registry, plan, apply, plan again. Exits 0 only when the second plan is empty.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = [fileURLToPath(new URL('../dist/bin.js', import.meta.url))];

/** Runs plait, shows what a person would type and see, and returns its exit code. */
function plait(shown, args) {
  console.log(`\n$ plait ${shown}`);
  const { status } = spawnSync(process.execPath, [...program, ...args], { cwd: root, stdio: 'inherit' });
  return status;
}

function fail(message) {
  console.error(`\nDemo failed: ${message}`);
  process.exitCode = 1;
}

/** The address that a starting playground prints in its first line. */
function startPlayground() {
  const child = spawn(process.execPath, [...program, 'playground', '--port', '0'], { cwd: root });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const host = /http:\/\/(\S+)[,\s]/.exec(text)?.[1];
      if (host !== undefined) resolve({ child, host });
    });
    child.once('exit', (code) => reject(new Error(`the playground ended with ${code}`)));
    child.stderr.pipe(process.stderr);
  });
}

const { child, host } = await startPlayground();
try {
  console.log(`A registry is running at ${host}, with sample images in it.`);
  const config = ['-f', 'manifests.example.yaml', '--var', `registry=${host}`];
  const shown = '-f manifests.example.yaml';
  if (plait(`plan ${shown}`, ['plan', ...config]) !== 0) fail('the first plan did not work');
  if (plait(`apply ${shown} --yes`, ['apply', ...config, '--yes']) !== 0) fail('apply did not work');
  if (plait(`inspect ${host}/demo/everywhere:1.0.0`, ['inspect', `${host}/demo/everywhere:1.0.0`]) !== 0) fail('inspect did not work');
  const second = plait(`plan ${shown} --detailed-exitcode`, ['plan', ...config, '--detailed-exitcode']);
  if (second === 0) console.log('\nThe second plan is empty: the registry holds what the file says.');
  else fail(`the second plan is not empty (exit code ${second})`);
} finally {
  child.kill('SIGTERM');
}
