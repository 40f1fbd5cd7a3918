// The main job from end to end: an embedded registry, plan, apply, plan again. Exits 0 only when the second plan is empty.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = [fileURLToPath(new URL('../dist/bin.cjs', import.meta.url))];

/** Runs plait and shows what a person would type and see. Throws when it does not end with 0. */
function plait(shown, args) {
  console.log(`\n$ plait ${shown}`);
  const { status } = spawnSync(process.execPath, [...program, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`plait ${args[0]} ended with exit code ${status}`);
}

/** The address that a starting playground prints in its first line. */
function startPlayground() {
  const child = spawn(process.execPath, [...program, 'playground', '--port', '0'], { cwd: root });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const host = /http:\/\/([^\s,]+)[\s,]/.exec(text)?.[1];
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
  plait(`plan ${shown}`, ['plan', ...config]);
  plait(`apply ${shown} --yes`, ['apply', ...config, '--yes']);
  plait(`inspect ${host}/demo/everywhere:1.0.0`, ['inspect', `${host}/demo/everywhere:1.0.0`]);
  // With --detailed-exitcode any change at all would be exit code 2.
  plait(`plan ${shown} --detailed-exitcode`, ['plan', ...config, '--detailed-exitcode']);
  console.log('\nThe second plan is empty: the registry holds what the file says.');
} catch (error) {
  console.error(`\nDemo failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  child.kill('SIGTERM');
}
