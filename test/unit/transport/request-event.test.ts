import { describe, expect, it } from 'vitest';
import { nameFailure, toShownUrl } from '../../../src/transport/request-event.ts';

describe('a URL in a log', () => {
  it.each([
    ['https://ghcr.io/v2/acme/api/manifests/1', 'https://ghcr.io/v2/acme/api/manifests/1'],
    ['https://r.example/v2/a/tags/list?n=100&last=1.0', 'https://r.example/v2/a/tags/list?n=100&last=1.0'],
    [
      'https://r.example/v2/a/blobs/uploads/?mount=sha256:ab&from=b/c',
      'https://r.example/v2/a/blobs/uploads/?mount=sha256:ab&from=b/c',
    ],
    ['https://r.example/v2/a/blobs/uploads/7?_state=s3cret', 'https://r.example/v2/a/blobs/uploads/7?_state=[hidden]'],
    ['https://user:s3cret@r.example/v2/', 'https://r.example/v2/'],
    ['https://r.example/v2/#s3cret', 'https://r.example/v2/'],
    [
      'https://s3.example/b?X-Amz-Credential=s3cret&X-Amz-Signature=s3cret&digest=sha256:ab',
      'https://s3.example/b?X-Amz-Credential=[hidden]&X-Amz-Signature=[hidden]&digest=sha256:ab',
    ],
    [
      'https://auth.example/token?service=r&scope=repository:a:pull&account=s3cret&refresh_token=s3cret',
      'https://auth.example/token?service=r&scope=repository:a:pull&account=[hidden]&refresh_token=[hidden]',
    ],
    [
      'https://blob.example/x?sv=s3cret&SIG=s3cret&N=s3cret',
      'https://blob.example/x?sv=[hidden]&SIG=[hidden]&N=[hidden]',
    ],
    ['https://r.example/v2/?n=%1b[2J%0a', 'https://r.example/v2/?n=%1B%5B2J%0A'],
  ])('%s is shown as %s', (url, shown) => {
    expect(toShownUrl(new URL(url))).toBe(shown);
  });

  it('is cut when it is very long', () => {
    expect(toShownUrl(new URL(`https://r.example/${'a'.repeat(10_000)}`))).toHaveLength(2000);
  });
});

describe('what went wrong with a request', () => {
  it.each([
    [Object.assign(new Error('s3cret'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [Object.assign(new Error('s3cret'), { code: 's3cret' }), 'failed'],
    [Object.assign(new Error('s3cret'), { code: 20 }), 'failed'],
    [new Error('s3cret'), 'failed'],
    ['s3cret', 'failed'],
  ])('is named by its code alone: %s', (error, name) => {
    expect(nameFailure(error)).toBe(name);
  });
});
