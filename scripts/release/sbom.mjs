// A bill of materials in CycloneDX, as npm makes it, of what is in the bundle and no more.
import { spawnSync } from 'node:child_process';

/** `notices` is the text of dist/THIRD-PARTY-NOTICES.txt. Throws when npm does not know a package that is in the bundle. */
export function makeSbom(notices) {
  const { status, stdout, stderr } = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`npm sbom: ${stderr.trim()}`);
  return selectComponents(JSON.parse(stdout), listBundled(notices));
}

/** `name@version` of each package in the bundle. */
export function listBundled(notices) {
  const [list] = notices.split(/^-{80}$/m);
  return [...list.matchAll(/^- (\S+) (\S+) \(/gm)].map(([, name, version]) => `${name}@${version}`);
}

/** The document with these components, all of them required: npm counts them as development's, since nobody installs them. */
export function selectComponents(sbom, bundled) {
  const components = sbom.components.filter(({ name, version }) => bundled.includes(`${name}@${version}`));
  const missing = bundled.filter((id) => !components.some(({ name, version }) => id === `${name}@${version}`));
  if (missing.length > 0) throw new Error(`npm does not list ${missing.join(', ')}`);
  const references = components.map((component) => component['bom-ref']);
  const dependencies = sbom.dependencies
    .filter(({ ref }) => references.includes(ref) || ref === sbom.metadata.component['bom-ref'])
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => references.includes(each)) }));
  const required = components.map(({ properties = [], ...component }) => {
    const kept = properties.filter(({ name }) => name !== 'cdx:npm:package:development');
    return { ...component, scope: 'required', ...(kept.length > 0 && { properties: kept }) };
  });
  // npm takes the name of the folder for that of the package.
  const { component } = sbom.metadata;
  const metadata = { ...sbom.metadata, component: { ...component, name: component['bom-ref'].split('@')[0] } };
  return { ...sbom, metadata, components: required, dependencies };
}
