import { describe, expect, it } from 'vitest';
import { parseErrorBody } from '../../../src/transport/error-body.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the words of a registry', () => {
  it.each<[string, unknown, readonly string[], string]>([
    ['in the standard form', { errors: [{ code: 'DENIED', message: 'no access' }] }, ['DENIED'], 'DENIED no access'],
    [
      'with a detail',
      { errors: [{ code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown', detail: 'sha256:ab' }] },
      ['MANIFEST_BLOB_UNKNOWN'],
      'MANIFEST_BLOB_UNKNOWN blob unknown (sha256:ab)',
    ],
    [
      'with an object as detail',
      { errors: [{ code: 'X', message: 'y', detail: { Tag: 'v1' } }] },
      ['X'],
      'X y ({"Tag":"v1"})',
    ],
    ['with an empty detail', { errors: [{ code: 'X', message: 'y', detail: {} }] }, ['X'], 'X y'],
    [
      'more than once',
      { errors: [{ code: 'A', message: 'b' }, { code: 'C' }, { code: 'A', message: 'b' }] },
      ['A', 'C', 'A'],
      'A b; C',
    ],
    [
      'as a bare object, as zot',
      { code: 'UNAUTHORIZED', message: 'authentication required' },
      ['UNAUTHORIZED'],
      'UNAUTHORIZED authentication required',
    ],
    ['as Docker Hub', { details: 'incorrect username or password' }, [''], 'incorrect username or password'],
    ['in lower case', { errors: [{ code: 'denied', message: 'x' }] }, ['DENIED'], 'DENIED x'],
    ['as a list of nothing', { errors: [] }, [], '{"errors":[]}'],
    ['in another shape', ['x'], [], '["x"]'],
  ])('are read %s', (_how, body, codes, text) => {
    expect(parseErrorBody(JSON_TYPE, Buffer.from(JSON.stringify(body)))).toEqual({ codes, text, isPage: false });
  });

  it.each([
    ['404 page not found\n', '404 page not found'],
    ['', ''],
    ['line one\r\nline two\u001b[31mred', 'line one line two [31mred'],
    ['Authorization: Bearer abcdefghijk', 'Authorization: Bearer [hidden]'],
  ])('are read as plain text: %j', (body, text) => {
    expect(parseErrorBody({ 'content-type': 'text/plain' }, Buffer.from(body)).text).toBe(text);
  });

  it('are the title of a web page', () => {
    const page = '<!DOCTYPE html><html><head><title>502 Bad\nGateway</title></head><body>x</body></html>';
    expect(parseErrorBody({}, Buffer.from(page))).toEqual({ codes: [], text: '502 Bad Gateway', isPage: true });
  });

  it('are cut when there are too many', () => {
    const { text } = parseErrorBody({}, Buffer.from('x'.repeat(5000)));
    expect(text.length).toBeLessThanOrEqual(300);
  });

  it('are none when they come compressed', () => {
    expect(parseErrorBody({ 'content-encoding': 'gzip' }, Buffer.from('x')).text).toBe('');
  });
});
