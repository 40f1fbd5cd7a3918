import type { DockerConfig } from './docker-config.ts';

/** What a request says about itself, its connection or its sender: none of it is for a config to change. */
const RESERVED =
  /^(?:authorization|cookie2?|host|user-agent|proxy-.*|connection|keep-alive|te|trailer|upgrade|expect|transfer-encoding|content-.*|accept(?:-.*)?|if-.*|range|location|sec-.*)$/;
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\t\x20-\x7e]{1,8192}$/;
const MAX_HEADERS = 50;

/**
 * The usable ones of `HttpHeaders` in a docker config, names in lower case. Left out is what Plait or HTTP itself sets,
 * and what could not be sent; docker leaves out `User-Agent` too.
 */
export function listConfigHeaders(config: DockerConfig | undefined): Readonly<Record<string, string>> {
  const { headers } = config ?? {};
  if (typeof headers !== 'object' || headers === null) return {};
  const usable = Object.entries(headers).flatMap(([name, value]) => {
    const key = name.toLowerCase();
    const isUsable = NAME.test(key) && !RESERVED.test(key) && typeof value === 'string' && VALUE.test(value);
    return isUsable ? [[key, value] as const] : [];
  });
  return Object.fromEntries(usable.slice(0, MAX_HEADERS));
}
