import { describe, expect, it } from 'vitest';
import { parseOutputs } from '../../../src/cli/output-targets.ts';

const FORMATS = ['text', 'json'];

describe('parseOutputs', () => {
  it('is text on standard output by default', () => {
    expect(parseOutputs([], FORMATS)).toEqual([{ format: 'text', path: undefined }]);
  });

  it('keeps text on standard output beside a file', () => {
    expect(parseOutputs(['json=plan.json'], FORMATS)).toEqual([
      { format: 'text', path: undefined },
      { format: 'json', path: 'plan.json' },
    ]);
  });

  it('gives standard output to the format that wants it', () => {
    expect(parseOutputs(['json', 'text=a=b.txt'], FORMATS)).toEqual([
      { format: 'json', path: undefined },
      { format: 'text', path: 'a=b.txt' },
    ]);
  });

  it.each([[['yaml']], [['json=']], [['json', 'text']]])('refuses %j', (texts) => {
    expect(() => parseOutputs(texts, FORMATS)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
