import type { Page } from "puppeteer-core";

export interface Shown {
  readonly name: string;
  readonly scene: string;
  readonly hash: string;
  readonly path?: string;
  readonly query?: string;
  readonly full?: boolean;
  readonly moving?: boolean;
  readonly act?: (page: Page) => Promise<void>;
}

export const PAGES: readonly Shown[];
