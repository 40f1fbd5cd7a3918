import { describe, expect, it } from 'vitest';
import { isFloatingTag } from '../../../src/apply/tag-order.ts';

describe('a tag', () => {
  it.each(['latest', 'stable', '1', '1.8', 'v2', 'edge', 'main', '1.8-alpine', 'cafe'])(
    '%s is meant to move',
    (tag) => {
      expect(isFloatingTag(tag)).toBe(true);
    },
  );

  it.each(['1.8.2', 'v1.8.2-rc.1', '20240716', '7.3.8-fpm-alpine', 'sha-0a1b2c3', 'nightly-20240716'])(
    '%s names one build',
    (tag) => {
      expect(isFloatingTag(tag)).toBe(false);
    },
  );
});
