import type { ErrorPage } from './page.ts';

/** Of errors in what was typed or written: command lines, configs, names. */
export const INPUT_PAGES = {
  USAGE: {
    causes: [
      'a flag or argument that the command does not take, or two that exclude each other',
      'a PLAIT_… variable or a settings file with such a value',
    ],
    steps: ['read the hint below the message', 'plait help COMMAND lists what the command takes'],
  },
  CONFIG_NOT_FOUND: {
    causes: [
      'the command was started outside of the repository',
      'the file has another name than manifests.yaml or manifests.yml',
    ],
    steps: ['name the file with -f', 'to begin with what exists: plait import REPOSITORY -o manifests.yaml'],
  },
  CONFIG_INVALID: {
    causes: [
      'a typo in a key',
      'a version or tag without quotes, such as 1.10',
      'two images that produce the same tag',
    ],
    steps: [
      'go to the file, line and column of each diagnostic; all of them are listed',
      'plait validate checks again without a registry',
      'plait render --origin shows where each value comes from',
    ],
  },
  REFERENCE_INVALID: {
    causes: [
      'capitals in a repository',
      'a tag where only a repository is wanted, or the other way round',
      'a variable that is empty',
    ],
    steps: [
      'write registry/repository:tag or registry/repository@sha256:…',
      'plait render shows the text after variables are filled in',
    ],
  },
  DIGEST_INVALID: {
    causes: ['a digest that was cut when it was copied', 'another algorithm than sha256 or sha512'],
    steps: ['copy it whole: sha256: and 64 hexadecimal digits', 'plait inspect REFERENCE prints digests'],
  },
  PLATFORM_INVALID: {
    causes: [
      'only the system or only the architecture is named',
      'a platform of the kernel instead of one of containers, such as linux/x86',
    ],
    steps: [
      'write os/architecture or os/architecture/variant, such as linux/arm/v7',
      'a version of Windows stands in parentheses: windows(10.0.20348.2227)/amd64',
    ],
  },
  IMPORT_INVALID: {
    causes: [
      'a template that is still to be filled in',
      'a script of several megabytes, or with variables that are made of each other without end',
    ],
    steps: ['import what the template makes of a release', 'copy the lines that make tags into a file and import that'],
  },
  IMPORT_EMPTY: {
    causes: [
      'the repository holds only tags of single images',
      'every line of the script depends on something that only a run can tell',
    ],
    steps: [
      'read the notes above the error: each names a line or tag, and why it was left out',
      'for tags of single images add --all',
      'for a script without platforms in its names add --online',
    ],
  },
  OUTPUT_FAILED: {
    causes: ['the folder does not exist', 'the disk is full or the file is not writable'],
    steps: ['check the path in the message', 'what was done in registries before is done; the message says so'],
  },
  READ_ONLY_COMMAND: {
    causes: ['a defect in Plait: a command that only reads tried to write, and was stopped'],
    steps: ['nothing was written; report it with the command line'],
  },
  INTERRUPTED: {
    causes: ['Ctrl-C, or a scheduler that ended the job'],
    steps: [
      'run the command again: what is right already is not done twice',
      'after an apply, --result FILE holds how every tag ended',
    ],
  },
  INTERNAL: {
    causes: ['a defect in Plait'],
    steps: [
      'run again with PLAIT_DEBUG=1 for the place in the code',
      'report it with the command line and the message',
    ],
  },
} as const satisfies Readonly<Record<string, ErrorPage>>;
