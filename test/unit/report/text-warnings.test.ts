import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../../src/report/style.ts';
import { renderWarnings } from '../../../src/report/text-warnings.ts';

describe('what registries warned of', () => {
  it('is a line each', () => {
    const warnings = [
      { registry: 'ghcr.io', text: 'Your token runs out soon.' },
      { registry: 'docker.io', text: 'Bye.' },
    ];
    expect(renderWarnings(warnings, PLAIN)).toBe(
      'Warning from ghcr.io: Your token runs out soon.\nWarning from docker.io: Bye.\n',
    );
  });

  it('is nothing when they did not', () => {
    expect(renderWarnings([], PLAIN)).toBe('');
  });
});
