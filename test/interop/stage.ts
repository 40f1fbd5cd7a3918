import { MANIFEST_MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { callApi } from '../support/api-call.ts';
import type { CliResult } from '../support/run-cli.ts';
import { runHere } from '../support/run-here.ts';
import { isWrite, makeProject, seed, writeConfig } from '../support/scenario.ts';
import { type InteropServer, makeHome, type Running, startInterop } from './server.ts';

/** A server of the table and another registry beside it, and the plait that works with both. */
export interface Stage {
  /** `127.0.0.1:PORT` by which configs name the server. */
  readonly near: string;
  readonly server: Running;
  readonly far: Playground;
  /** A project whose config holds these images and the settings of the server. */
  project(images: string): Project;
  /** Puts images of linux/amd64 and linux/arm64 to the server as `repository:build-amd64` and so on. */
  seedBuilds(repository: string): Promise<void>;
  /** What the server has under a tag, as JSON, with its type; undefined when there is no such tag. */
  read(repository: string, tag: string): Promise<LiveIndex | undefined>;
  close(): Promise<void>;
}

export interface Project {
  rewrite(images: string): void;
  run(...args: readonly string[]): Promise<ProjectRun>;
}

export interface ProjectRun extends CliResult {
  /** What the server was sent during the run, all and only writes. */
  readonly requests: readonly string[];
  readonly writes: readonly string[];
}

export interface LiveIndex {
  readonly mediaType: string;
  readonly manifests: readonly { readonly digest: string; readonly platform: { readonly architecture: string } }[];
}

export async function openStage(description: InteropServer): Promise<Stage> {
  const [server, far] = await Promise.all([startInterop(description), startPlayground()]);
  const near = server.front.host;
  return {
    near,
    server,
    far,
    project: (images) => makeStageProject(server, images),
    seedBuilds: async (repository) => {
      await seed(server.back, `${repository}:build-amd64`, { platform: 'linux/amd64' });
      await seed(server.back, `${repository}:build-arm64`, { platform: 'linux/arm64' });
    },
    read: async (repository, tag) => {
      const headers = { accept: MANIFEST_MEDIA_TYPES.join(', ') };
      const answer = await callApi(`${server.back.url}/v2/${repository}/manifests/${tag}`, { headers });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw new Error(`${repository}:${tag}: ${answer.status} ${answer.text}`);
      return JSON.parse(answer.text) as LiveIndex;
    },
    close: async () => {
      await Promise.all([server.stop(), far.close()]);
    },
  };
}

function makeStageProject(server: Running, images: string): Project {
  const settings = server.access.settings ?? {};
  // JSON is YAML too.
  const registries = JSON.stringify({ [server.front.host]: settings, [server.direct]: settings });
  const write = (text: string): string => `version: 1\nregistries: ${registries}\nimages:\n${text}`;
  const [cwd, home] = [makeProject(write(images)), makeHome([server])];
  return {
    rewrite: (text) => writeConfig(cwd, write(text)),
    run: async (...args) => {
      const seen = server.front.requests.length;
      const result = await runHere(args, { cwd, home });
      const requests = server.front.requests.slice(seen);
      return { ...result, requests, writes: requests.filter(isWrite) };
    },
  };
}
