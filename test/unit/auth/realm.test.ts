import { describe, expect, it } from 'vitest';
import { assertTrusted, parseRealm, type RealmContext } from '../../../src/auth/realm.ts';

describe('a realm', () => {
  it.each([
    ['https://ghcr.io', 'https://ghcr.io/token'],
    ['https://registry-1.docker.io', 'https://auth.docker.io/token'],
    ['http://registry.corp:5000', 'http://registry.corp:5001/auth?x=1'],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5001/token'],
    ['https://127.0.0.1:5000', 'http://localhost:5001/token'],
  ])('that %s names as %s may be asked', (origin, realm) => {
    expect(parseRealm(realm, about(origin)).href).toBe(realm);
  });

  it.each([
    ['https://registry.example', 'http://registry.example/token'],
    ['https://registry.example', 'http://127.0.0.1/token'],
    ['http://registry.example', 'http://other.example/token'],
    ['http://127.0.0.1:5000', 'http://registry.example/token'],
    ['https://registry.example', 'file:///etc/passwd'],
    ['https://registry.example', 'gopher://127.0.0.1:70/x'],
    ['https://registry.example', '/token'],
    ['https://registry.example', ''],
    ['https://registry.example', 'https://user:pass@registry.example/token'],
    ['https://registry.example', 'https://registry.example/token#x'],
  ])('that %s names as %s is refused', (origin, realm) => {
    expect(() => parseRealm(realm, about(origin))).toThrow(expect.objectContaining({ code: 'REALM_REFUSED' }));
  });

  it.each([
    ['https://ghcr.io', 'https://ghcr.io/token'],
    ['https://registry.example:5000', 'https://registry.example/token'],
    ['https://registry-1.docker.io', 'https://auth.docker.io/token'],
    ['https://registry.gitlab.com', 'https://gitlab.com/jwt/auth'],
    ['https://registry.example.com', 'https://auth.example.com/token'],
    ['https://registry.example.com', 'https://example.com/token'],
    ['https://example.com', 'https://auth.example.com/token'],
    ['https://docker.elastic.co', 'https://docker-auth.elastic.co/auth'],
    ['http://127.0.0.1:5000', 'http://localhost:5001/token'],
  ])('of %s at %s gets credentials', (origin, realm) => {
    expect(() => assertTrusted(new URL(realm), about(origin))).not.toThrow();
  });

  it.each([
    ['https://registry.example.com', 'https://evil.example/token'],
    ['https://registry.example.com', 'https://evil-example.com/token'],
    ['https://registry.example.co.uk', 'https://evil.co.uk/token'],
    ['https://a.co.uk', 'https://b.co.uk/token'],
    ['https://me.github.io', 'https://evil.github.io/token'],
    ['https://me.azurecr.io', 'https://evil.azurecr.io/token'],
    ['https://1.dkr.ecr.us-east-1.amazonaws.com', 'https://2.dkr.ecr.us-east-1.amazonaws.com/token'],
    ['https://10.0.0.1', 'https://10.0.0.2/token'],
    ['https://[2001:db8::1]', 'https://[2001:db8::2]/token'],
    ['https://ghcr.io', 'https://evil.io/token'],
    ['https://evildocker.io', 'https://auth.docker.io/token'],
    ['http://127.0.0.1:5000', 'https://auth.example/token'],
  ])('of %s at %s gets none', (origin, realm) => {
    const check = (): void => assertTrusted(new URL(realm), about(origin));
    expect(check).toThrow(
      expect.objectContaining({ code: 'REALM_REFUSED', hint: expect.stringContaining('trustedRealms: [') }),
    );
  });

  it('gets credentials when the user trusts it', () => {
    const context = { ...about('https://registry.example'), trustedRealms: ['Auth.Other.example', 'x.example:8443'] };
    expect(() => assertTrusted(new URL('https://auth.other.example/t'), context)).not.toThrow();
    expect(() => assertTrusted(new URL('https://x.example:8443/t'), context)).not.toThrow();
    expect(() => assertTrusted(new URL('https://x.example/t'), context)).toThrow();
  });
});

function about(origin: string): RealmContext {
  return { registry: new URL(origin).host, origin: new URL(origin), trustedRealms: [], purpose: 'read it' };
}
