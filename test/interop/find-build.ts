import { inject } from 'vitest';
import { GO_PROGRAMS } from '../support/go-programs.ts';
import type { InteropServer } from './server.ts';

/** A program that was built for this run, or was not. */
export interface FoundBuild {
  /** Without `v`. */
  readonly version: string;
  /** Throws when it was not built. */
  path(): string;
  /** Title and reason for being left out of a server that runs this program. */
  line(setUp: string): Pick<InteropServer, 'title' | 'leftOut'>;
}

/** Throws for a name that is not in the list of programs. */
export function findBuild(name: string): FoundBuild {
  const program = GO_PROGRAMS.find((each) => each.name === name);
  const build = inject('goBuilds')[name];
  if (program === undefined || build === undefined) throw new Error(`no program is called ${name}`);
  const version = program.version.slice(1);
  return {
    version,
    path: () => {
      if ('leftOut' in build) throw new Error(build.leftOut);
      return build.path;
    },
    line: (setUp) => ({
      title: `${name} ${version}, ${setUp}`,
      ...('leftOut' in build ? { leftOut: build.leftOut } : {}),
    }),
  };
}
