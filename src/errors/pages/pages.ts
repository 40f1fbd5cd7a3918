import type { ErrorCode } from '../codes.ts';
import { INPUT_PAGES } from './input-pages.ts';
import type { ErrorPage } from './page.ts';
import { PLAN_PAGES } from './plan-pages.ts';
import { REGISTRY_PAGES } from './registry-pages.ts';

/** A page for every code. */
export const ERROR_PAGES: Readonly<Record<ErrorCode, ErrorPage>> = Object.freeze({
  ...INPUT_PAGES,
  ...REGISTRY_PAGES,
  ...PLAN_PAGES,
});
