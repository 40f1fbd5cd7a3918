import { parsePlatform } from '../../src/oci/platform.ts';
import type { Features } from '../../src/playground/exchange.ts';
import { buildImage, buildIndex } from '../../src/playground/images.ts';
import { pushIndex } from './push-content.ts';
import { runHere } from './run-here.ts';
import { makeProject, seed } from './scenario.ts';
import { makeTempDir } from './temp-dir.ts';

interface Registry {
  readonly host: string;
  readonly url: string;
}

export interface Registries {
  /** Has the targets. */
  readonly near: Registry;
  readonly far: Registry;
}

/** One thing that people let apply do, small enough to be interrupted at every request. */
export interface KillScenario {
  readonly title: string;
  readonly features?: Partial<Features>;
  /** Puts in place what is there before. */
  readonly prepare: (registries: Registries) => Promise<void>;
  readonly config: (registries: Registries) => string;
  /** Applies a plan that was saved beforehand. */
  readonly isSaved?: boolean;
}

const BOTH = '[linux/amd64, linux/arm64]';

async function seedBuilds(registry: Registry, repository: string): Promise<void> {
  await seed(registry, `${repository}:build-amd64`, { platform: 'linux/amd64' });
  await seed(registry, `${repository}:build-arm64`, { platform: 'linux/arm64' });
}

function image(target: string, tags: string, source: string): string {
  return `  - { target: ${target}, tags: ${tags}, platforms: ${BOTH}, source: "${source}:build-{arch}" }\n`;
}

function config(...images: readonly string[]): string {
  return `version: 1\nimages:\n${images.join('')}`;
}

const severalImages = ({ near }: Registries) =>
  config(
    image(`${near.host}/app`, '["1.0.0", "1.0", latest]', `${near.host}/app`),
    image(`${near.host}/tool`, '[latest]', `${near.host}/tool`),
  );

const seedSeveral = async ({ near }: Registries) => {
  await seedBuilds(near, 'app');
  await seedBuilds(near, 'tool');
};

export const KILL_SCENARIOS: readonly KillScenario[] = [
  {
    title: 'creating a tag from images of the same repository',
    prepare: ({ near }) => seedBuilds(near, 'app'),
    config: ({ near }) => config(image(`${near.host}/app`, '["1.0.0"]', `${near.host}/app`)),
  },
  {
    title: 'mounting from another repository of the registry',
    prepare: ({ near }) => seedBuilds(near, 'builds'),
    config: ({ near }) => config(image(`${near.host}/app`, '["1.0.0"]', `${near.host}/builds`)),
  },
  {
    title: 'streaming from another registry',
    prepare: ({ far }) => seedBuilds(far, 'builds'),
    config: ({ near, far }) => config(image(`${near.host}/app`, '["1.0.0"]', `${far.host}/builds`)),
  },
  {
    title: 'many tags of several images, several in one request',
    prepare: seedSeveral,
    config: severalImages,
  },
  {
    title: 'many tags of several images, one by one',
    features: { multiTag: false },
    prepare: seedSeveral,
    config: severalImages,
  },
  {
    title: 'moving tags that exist',
    features: { multiTag: false },
    prepare: async (registries) => {
      await seedSeveral(registries);
      await runHere(['apply', '--yes'], { cwd: makeProject(severalImages(registries)), home: makeTempDir() });
      await seed(registries.near, 'app:build-arm64', { platform: 'linux/arm64', text: 'rebuilt' });
    },
    config: severalImages,
  },
  {
    title: 'applying a saved plan',
    features: { multiTag: false },
    prepare: ({ near }) => seedBuilds(near, 'app'),
    config: ({ near }) => config(image(`${near.host}/app`, '["1.0.0", latest]', `${near.host}/app`)),
    isSaved: true,
  },
  {
    title: 'copying a multi-arch image as it is from another registry',
    prepare: ({ far }) =>
      pushIndex(
        { url: far.url, repository: 'vendor/tool', tag: '2.3.0' },
        buildIndex({
          format: 'docker',
          images: ['linux/amd64', 'linux/arm64'].map((platform) =>
            buildImage({ platform: parsePlatform(platform), text: `vendor ${platform}`, format: 'docker' }),
          ),
        }),
      ),
    config: ({ near, far }) =>
      config(
        `  - { target: ${near.host}/mirror, tags: ["2.3.0", latest], from: "${far.host}/vendor/tool:2.3.0", as: copy }\n`,
      ),
  },
];
