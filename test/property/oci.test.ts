import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlaitError } from '../../src/errors/plait-error.ts';
import { isSameIndex } from '../../src/oci/compare.ts';
import { decodeManifest } from '../../src/oci/decode.ts';
import { isDigest, parseDigest } from '../../src/oci/digest.ts';
import { decodeImageConfig } from '../../src/oci/image-config.ts';
import { encodeIndex } from '../../src/oci/index-bytes.ts';
import { parseStrictJson } from '../../src/oci/json.ts';
import type { ImageIndex } from '../../src/oci/manifest.ts';
import { MANIFEST_MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { formatPlatform, isSamePlatform, normalizePlatform, parsePlatform } from '../../src/oci/platform.ts';
import { explainMatch, selectPlatform } from '../../src/oci/platform-match.ts';
import { formatFamiliar, formatReference, parseReference } from '../../src/oci/reference.ts';
import { isSameRepository, parseRepository, toRepositoryKey } from '../../src/oci/repository.ts';
import { digest, entry, foldedPlatform, index, platform, referenceText } from './oci-arbitraries.ts';

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom(...'aA0._-/:@[]()%+*"\\{}, \n'.split('')), maxLength: 300 }),
  fc.mixedCase(referenceText),
);
const hostileBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => new TextEncoder().encode(text)),
  fc
    .string({ unit: fc.constantFrom(...'{}[]":,\\u0061 \n'.split('')), maxLength: 200 })
    .map((text) => new TextEncoder().encode(text)),
);

/** True when `act` returns, or throws what it is allowed to throw. */
function staysWithinPlaitErrors(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    return isPlaitError(error) && error.code !== 'INTERNAL';
  }
}

function readBack(bytes: Uint8Array, { mediaType }: ImageIndex): ImageIndex {
  return decodeManifest(bytes, mediaType) as ImageIndex;
}

describe('references', () => {
  it('are the same after writing and reading', () => {
    fc.assert(
      fc.property(referenceText, (text) => {
        const reference = parseReference(text);
        expect(parseReference(formatReference(reference))).toStrictEqual(reference);
        expect(parseReference(formatFamiliar(reference))).toStrictEqual(reference);
        expect(formatReference(parseReference(formatReference(reference)))).toBe(formatReference(reference));
      }),
    );
  });

  it('name repositories whose keys are equal exactly when they are the same', () => {
    const repository = referenceText.map((text) => parseReference(text).repository);
    fc.assert(
      fc.property(repository, repository, (a, b) => {
        expect(isSameRepository(a, a)).toBe(true);
        expect(isSameRepository(a, b)).toBe(toRepositoryKey(a) === toRepositoryKey(b));
      }),
    );
  });

  it('are refused with nothing but our own errors', () => {
    fc.assert(fc.property(hostileText, (text) => staysWithinPlaitErrors(() => parseReference(text))));
    fc.assert(fc.property(hostileText, (text) => staysWithinPlaitErrors(() => parseRepository(text))));
  });

  it('have a host that a URL keeps as it is', () => {
    fc.assert(
      fc.property(referenceText, (text) => {
        const { registry } = parseReference(text).repository;
        expect(new URL(`http://${registry}/`).hostname).toBe(registry.toLowerCase().replace(/:[0-9]+$/, ''));
      }),
    );
  });
});

describe('digests', () => {
  it('are the same after reading', () => {
    fc.assert(fc.property(digest, (value) => parseDigest(value) === value));
  });

  it('are refused with nothing but our own errors, and never hold a path', () => {
    fc.assert(fc.property(hostileText, (text) => staysWithinPlaitErrors(() => parseDigest(text))));
    fc.assert(fc.property(hostileText, (text) => !isDigest(text) || !/[/\\]|\.\./.test(text)));
  });
});

describe('platforms', () => {
  it('are the same after writing and reading', () => {
    fc.assert(
      fc.property(foldedPlatform, (folded) => {
        expect(parsePlatform(formatPlatform(folded))).toStrictEqual(folded);
      }),
    );
  });

  it('are not changed by folding twice', () => {
    fc.assert(
      fc.property(platform, (written) => {
        const folded = normalizePlatform(written);
        expect(normalizePlatform(folded)).toStrictEqual(folded);
        expect(isSamePlatform(written, folded)).toBe(true);
      }),
    );
  });

  it('are refused with nothing but our own errors', () => {
    fc.assert(fc.property(hostileText, (text) => staysWithinPlaitErrors(() => parsePlatform(text))));
  });

  it('are explained as they are chosen', () => {
    const candidates = fc.array(fc.record({ platform }, { requiredKeys: [] }), { maxLength: 8 });
    fc.assert(
      fc.property(platform, candidates, (wanted, given) => {
        const explained = explainMatch(wanted, given);
        const ranked = explained.filter(({ rank }) => rank !== undefined).toSorted((a, b) => a.rank! - b.rank!);
        expect(explained.map(({ candidate }) => candidate)).toEqual(given);
        expect(ranked.map(({ candidate }) => candidate)).toEqual(selectPlatform(wanted, given));
      }),
    );
  });

  it('run first on themselves', () => {
    fc.assert(
      fc.property(foldedPlatform, fc.array(foldedPlatform, { maxLength: 4 }), (wanted, others) => {
        const own = { platform: wanted };
        const given = [...others.map((other) => ({ platform: other })), own];
        const [chosen] = selectPlatform(
          wanted,
          given.filter(({ platform }) => platform.osFeatures === undefined || platform === wanted),
        );
        expect(chosen?.platform).toMatchObject({ os: wanted.os, architecture: wanted.architecture });
      }),
    );
  });
});

describe('indexes', () => {
  it('are the same after writing and reading, and their bytes too', () => {
    fc.assert(
      fc.property(index, (written) => {
        const bytes = encodeIndex(written);
        const decoded = readBack(bytes, written);
        expect(isSameIndex(written, decoded)).toBe(true);
        expect(Buffer.from(encodeIndex(decoded))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('are the same as themselves in any order, and neither side matters', () => {
    const shuffled = index.chain((written) =>
      fc.tuple(
        fc.constant(written),
        fc.shuffledSubarray([...written.manifests], { minLength: written.manifests.length }),
        fc.boolean(),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([written, manifests, reversed]) => {
        const turned = manifests.map((item) => reverseKeys(item, reversed));
        const other = reverseKeys({ ...written, manifests: turned }, reversed);
        expect(isSameIndex(written, written)).toBe(true);
        expect(isSameIndex(written, other)).toBe(true);
        expect(isSameIndex(other, written)).toBe(true);
      }),
    );
  });

  it('are compared alike from both sides', () => {
    fc.assert(fc.property(index, index, (a, b) => isSameIndex(a, b) === isSameIndex(b, a)));
  });

  it('differ by an entry more or less', () => {
    fc.assert(
      fc.property(index, entry, (written, extra) => {
        expect(isSameIndex(written, { ...written, manifests: [...written.manifests, extra] })).toBe(false);
      }),
    );
  });

  it('are written as JSON that every parser reads alike', () => {
    fc.assert(
      fc.property(index, (written) => {
        const bytes = encodeIndex(written);
        expect(parseStrictJson(bytes)).toEqual(JSON.parse(new TextDecoder().decode(bytes)));
      }),
    );
  });
});

describe('documents', () => {
  it('are refused with nothing but our own errors', () => {
    const type = fc.oneof(fc.constantFrom(...MANIFEST_MEDIA_TYPES), fc.string());
    fc.assert(fc.property(hostileBytes, (bytes) => staysWithinPlaitErrors(() => parseStrictJson(bytes))));
    fc.assert(fc.property(hostileBytes, (bytes) => staysWithinPlaitErrors(() => decodeImageConfig(bytes))));
    fc.assert(
      fc.property(hostileBytes, type, (bytes, name) => staysWithinPlaitErrors(() => decodeManifest(bytes, name))),
    );
  });

  it('with one byte changed are refused with nothing but our own errors', () => {
    fc.assert(
      fc.property(index, fc.nat(), fc.nat(255), (written, position, byte) => {
        const bytes = encodeIndex(written).slice();
        bytes[position % bytes.length] = byte;
        return staysWithinPlaitErrors(() => readBack(bytes, written));
      }),
    );
  });

  it('are read as JSON.parse reads them, when no key is there twice', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), (value) => {
        const text = JSON.stringify(value);
        expect(parseStrictJson(new TextEncoder().encode(text))).toEqual(JSON.parse(text));
      }),
    );
  });
});

function reverseKeys<T extends object>(value: T, reversed: boolean): T {
  const entries = Object.entries(value);
  return Object.fromEntries(reversed ? entries.toReversed() : entries) as T;
}
