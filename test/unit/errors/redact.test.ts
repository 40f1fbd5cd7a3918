import { describe, expect, it } from 'vitest';
import { PlaitError, toPlaitError } from '../../../src/errors/plait-error.ts';
import { cleanText, redact } from '../../../src/errors/redact.ts';

const SECRET = 'c4n4ry-s3cr3t-v4lue';

describe('redact', () => {
  it.each([
    `GET https://user:${SECRET}@registry.example/v2/ failed`,
    `authorization: Bearer ${SECRET}`,
    `Authorization: Basic ${SECRET}==`,
    `https://cdn.example/blob?X-Amz-Signature=${SECRET}&x=1`,
    `https://cdn.example/blob?a=1&sig=${SECRET}`,
    `{"token":"${SECRET}","expires_in":60}`,
    `{"access_token" : "${SECRET}"}`,
    `{"auths":{"r":{"auth":"${SECRET}"}}}`,
  ])('takes the credential out of %s', (text) => {
    expect(redact(text)).not.toContain(SECRET);
  });

  it('leaves ordinary text alone', () => {
    const text = 'registry.example/app@sha256:abc could not be read: a token is missing, basic rules apply';

    expect(redact(text)).toBe(text);
  });

  it('is applied to the message and hint of every error', () => {
    const error = new PlaitError('REGISTRY_ERROR', `Bearer ${SECRET}`, { hint: `https://u:${SECRET}@host/` });

    expect(`${error.message} ${error.hint}`).not.toContain(SECRET);
  });
});

describe('cleanText', () => {
  it('removes what a terminal would act on', () => {
    expect(cleanText('a\u001b[31mred\u0007\u202e b\n\tc')).toBe('a [31mred b c');
  });

  it('cuts long text', () => {
    expect(cleanText('x'.repeat(10_000))).toHaveLength(300);
  });
});

describe('toPlaitError', () => {
  it('calls what nobody foresaw a defect', () => {
    expect(toPlaitError(new TypeError('x is undefined'))).toMatchObject({ code: 'INTERNAL' });
    expect(toPlaitError('text')).toMatchObject({ code: 'INTERNAL' });
  });
});
