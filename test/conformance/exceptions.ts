/** Ids of requirements that a server is known not to hold, each with the reason. */
export type Exceptions = Readonly<Record<string, string>>;

const ANY_ORDER = 'it takes chunks in any order, whatever Content-Range says';
const ALL_TAGS = 'it knows neither n nor last, and lists all tags at once';

const DISTRIBUTION: Exceptions = {
  'pull-manifest/reference-form': 'it answers 500 to a digest that it cannot parse',
  'range/other-unit': 'it answers 416, as to a range that cannot be satisfied',
  'chunks/gap-at-end': 'it takes the content of the closing PUT whatever Content-Range says',
  'mount/without-from': 'it looks nowhere but in the repository that is named',
  'push-manifest/not-a-manifest': 'it answers 500 to JSON that has no schemaVersion',
  'push-manifest/size-limit-status': 'it answers 400',
  'push-manifest/reference-form': 'it answers 500 to a digest that it cannot parse',
  'tags/empty': 'it does not know a repository without tags: 404',
  'category/discovery': 'it has no referrers API',
  'error/client-error': 'it answers 500 to a digest that it cannot parse',
  'error/name-invalid': 'it says so in plain text, without a code',
  'error/unsupported': 'it says so in plain text, without a code',
  'sha512/manifest': 'it knows manifests by their sha256 only',
  'sha512/named': 'it knows manifests by their sha256 only',
  'multi-tag/ten': 'it ignores tags in the query of a push',
};

/** Of distribution 2.8, which is older than the specification. */
export const DISTRIBUTION_2: Exceptions = {
  ...DISTRIBUTION,
  'range/unsatisfiable': 'its 416 announces the length of the blob, and then nothing comes',
  'chunks/first-not-zero': ANY_ORDER,
  'chunks/gap': ANY_ORDER,
  'chunks/repeated': ANY_ORDER,
  'chunks/after-416': ANY_ORDER,
  'tags/n': ALL_TAGS,
  'tags/n-from-start': ALL_TAGS,
  'tags/n-zero': ALL_TAGS,
  'tags/last': ALL_TAGS,
  'tags/last-without-n': ALL_TAGS,
  'tags/last-order': ALL_TAGS,
  'tags/last-of-all': ALL_TAGS,
  'tags/last-pages': ALL_TAGS,
  'category/management': 'it deletes manifests, not tags',
};

/** Of distribution 3.1. */
export const DISTRIBUTION_3: Exceptions = {
  ...DISTRIBUTION,
  'error/code-known': 'it has a code of its own, PAGINATION_NUMBER_INVALID',
};

/** Of olareg 0.1. */
export const OLAREG: Exceptions = {
  'range/other-unit': 'it answers 416, as to a range that cannot be satisfied',
  'upload/uuid': 'its sessions have a random text that is not in the form of a UUID',
  'upload/unknown-session': 'it answers 400 to a session that it does not know',
  'chunks/unknown-session': 'it answers 400 to a session that it does not know',
  'mount/without-from': 'it looks nowhere but in the repository that is named',
  'tags/missing-repository': 'it answers 200 with an empty list',
  'tags/n-zero': 'it breaks off the connection',
  'tags/n-zero-link': 'it breaks off the connection',
  'referrers/none': 'it says null, not an empty list',
  'referrers/invalid-digest': 'it answers 200 with an empty list',
  'referrers/filtered-pages': 'it confirms the filter on the first page only',
  'error/name-unknown': 'it answers 200 with an empty list',
  'error/name-invalid': 'it answers 404 without a body',
  'error/digest-invalid': 'it calls a wrong digest of a blob BLOB_UPLOAD_INVALID',
  'error/unsupported': 'it answers 405 without a body',
  'multi-tag/ten': 'it ignores tags in the query of a push',
  'cancel/answer': 'it answers 202',
  'cancel/ended': 'it answers 400 to a session that it does not know',
};
