import type { ErrorPage } from './page.ts';

/** Of errors between what is declared and what is live, and of saved plans. */
export const PLAN_PAGES = {
  CHILD_MISSING: {
    causes: ['a clean-up job deleted an untagged image that an index still names'],
    steps: [
      'build and push the image of that platform again, then apply',
      'keep clean-up jobs off the children of indexes',
    ],
  },
  SOURCE_MISSING: {
    causes: [
      'the build of one platform failed or is not done',
      'a typo in the template',
      'the registry hides repositories that the account may not see',
    ],
    steps: [
      'plait render shows the references that are looked for',
      'wait for the build, or set optional: true for that platform',
      'sign in if the repository is private',
    ],
  },
  SOURCE_IS_INDEX: {
    causes: ['the source was pushed for several platforms at once'],
    steps: ['take one of them: { from: REFERENCE, select: linux/arm64 }', 'or take all of them: from: REFERENCE'],
  },
  SOURCE_NOT_INDEX: {
    causes: ['from names an image of a single platform'],
    steps: ['name it under platforms, or copy it as it is with as: copy'],
  },
  SOURCE_PLATFORM_MISMATCH: {
    causes: [
      'the build ran on the wrong machine or without --platform',
      'a base image of another architecture',
      'the image says less than is published, as with variants',
    ],
    steps: [
      'plait inspect REFERENCE -v shows what the image says',
      'build it again; if the image is right and its label wrong, say so with override',
    ],
  },
  SOURCE_PLATFORM_MISSING: {
    causes: ['the source does not have this platform any more', 'the platform is written otherwise there'],
    steps: ['the message lists the platforms that are there', 'correct select, or leave the platform out'],
  },
  SOURCE_UNSUPPORTED: {
    causes: ['an image of the old Docker schema 1', 'an artifact that is no image'],
    steps: ['push the image again with a tool of this decade', 'artifacts can be copied with as: copy'],
  },
  PLATFORM_DUPLICATE: {
    causes: ['two sources for one platform after aliases are folded, such as arm64 and arm64/v8'],
    steps: ['remove one of them, or tell them apart by os.version'],
  },
  PLATFORM_UNMANAGED: {
    causes: ['somebody added a platform, and unmanagedPlatforms is error'],
    steps: ['declare the platform', 'or set unmanagedPlatforms to keep or remove'],
  },
  ATTESTATION_MISSING: {
    causes: ['an image was built without provenance, and attestations is require'],
    steps: ['build with docker buildx build --provenance=true', 'or set attestations to keep'],
  },
  MEDIA_TYPE_CONFLICT: {
    causes: ['annotations in a Docker manifest list, which has no place for them'],
    steps: ['set mediaType to oci', 'or remove the annotations: annotations: null'],
  },
  LOCK_INVALID: {
    causes: ['a merge conflict in the lock file, or an edit by hand'],
    steps: ['go to the line in the message', 'plait lock --update writes it anew'],
  },
  LOCK_MISSING: {
    causes: ['a source was added after the lock file was written', '--lock enforce without a lock file'],
    steps: ['plait lock adds what is missing', 'commit the lock file with the config'],
  },
  PLAN_INVALID: {
    causes: ['the file was edited, or cut when it was moved between jobs', 'the file is no plan'],
    steps: ['plait show FILE says what is wrong with it', 'make another one: plait plan -o FILE'],
  },
  PLAN_VERSION: {
    causes: ['the plan was made by a newer or older Plait'],
    steps: ['use the same version for plan and apply', 'or plan again'],
  },
  PLAN_EXPIRED: {
    causes: ['the plan waited for its review longer than it lives'],
    steps: ['plan again', 'or let plans live longer: plait plan --max-age'],
  },
  PLAN_CLOCK: {
    causes: ['the clocks of two machines differ'],
    steps: ['set the clock of the machine that applies, or of the one that planned'],
  },
  PLAN_INCOMPLETE: {
    causes: ['a registry did not answer while the plan was made'],
    steps: ['plait show FILE lists what could not be read', 'plan again'],
  },
  RESULT_INVALID: {
    causes: ['the file was edited, or is a plan and no result'],
    steps: ['take the file that plait apply --result wrote'],
  },
  TAG_STALE: {
    causes: ['somebody moved the tag between plan and apply'],
    steps: ['plan again and look at what moved: plait inspect REFERENCE', 'to go on with the other tags: --stale skip'],
  },
  TAG_OVERWRITTEN: {
    causes: ['two jobs write the same tag at the same time'],
    steps: [
      'let one job write the tag',
      'where several jobs add platforms, set unmanagedPlatforms to keep: they find each other then',
    ],
  },
  PUSH_UNSETTLED: {
    causes: ['the connection broke after the push was sent'],
    steps: ['apply again: it reads the tag first, and pushes only if it must'],
  },
  TAG_UNVERIFIED: {
    causes: ['the registry answers reads from a cache that is late'],
    steps: ['plait plan tells whether the tag is right by now'],
  },
  DELETE_UNSUPPORTED: {
    causes: [
      'the registry deletes images and not tags, which would take other tags along',
      'deletes is never for this registry',
    ],
    steps: ['set deletes: tag under registries, if the registry can', 'or delete the tag in its own interface'],
  },
} as const satisfies Readonly<Record<string, ErrorPage>>;
