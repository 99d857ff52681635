// Starts a gateway with a ledger and clients with budgets, and looks at its books: what is used, what is reserved, what is written.

import type { ClientBudgets } from "../../src/plan/usage.ts";
import type { ShownBudget } from "../../src/runtime/limits/budgets.ts";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import { startGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { untilFree } from "../support/scene.ts";

/** A client and its limits, in flow style, such as `budgets: [{per: day, tokens: 5}]`. */
export interface BooksClient {
  readonly id: string;
  readonly limits?: string;
}

export interface BooksConfig {
  /** The upstream's base URL; `undefined`: each of `route` has its own. */
  readonly base?: string;
  /** The folder of the ledger. Default: a new one. */
  readonly dir?: string;
  readonly clients?: readonly BooksClient[];
  /** Lines under `upstream`. */
  readonly upstream?: readonly string[];
  /** Lines under the route, such as its pool. */
  readonly route?: readonly string[];
  /** Members of `usage` in flow style. */
  readonly usage?: string;
  /** Lines at the top of the file. */
  readonly top?: readonly string[];
  /** Lines of more routes. */
  readonly more?: readonly string[];
}

export const ALICE: BooksClient = { id: "alice", limits: "budgets: [{per: total, tokens: 1000000}]" };

/** The token of a client. */
export function tokenOf(id: string): string {
  return `${id}-token-4f1c`;
}

/** The text of a config with the route `/up`. */
export function booksConfig(dir: string, config: BooksConfig): string {
  const { base, clients = [ALICE], upstream = [], route = [], usage, top = [], more = [] } = config;
  return [
    "listen: 127.0.0.1:0",
    "gateway_auth:",
    "  clients:",
    ...clients.map(({ id, limits }) => `    - {id: ${id}, tokens: [${tokenOf(id)}]${limits ? `, ${limits}` : ""}}`),
    `usage: {enabled: true, ledger: {dir: ${dir}}${usage === undefined ? "" : `, ${usage}`}}`,
    ...top,
    "routes:",
    "  - id: up",
    "    prefix: /up",
    ...(base === undefined && upstream.length === 0 ? [] : ["    upstream:"]),
    ...(base === undefined ? [] : [`      base_url: ${base}`]),
    ...upstream.map((line) => `      ${line}`),
    ...route.map((line) => `    ${line}`),
    ...more,
    "",
  ].join("\n");
}

export interface BooksGateway {
  readonly gateway: TestGateway;
  readonly dir: string;
  /** The limits of a client as its budgets are now. @param now ms since the epoch */
  shown(id: string, limits: ClientBudgets, now?: number): ShownBudget[];
  /** The lines of the ledger. Waits until nothing is in flight, and no response is being decoded. */
  lines(): Promise<LedgerLine[]>;
}

export async function startBooks(config: BooksConfig, options?: TestGatewayOptions): Promise<BooksGateway> {
  const dir = config.dir ?? ledgerFolder();
  const gateway = await startGateway(booksConfig(dir, config), options);
  const { budgets, ledger, late } = gateway.books;
  return {
    gateway,
    dir,
    shown: (id, limits, now = Date.now()) => budgets.shown(now, [[id, limits]]),
    lines: async () => {
      await untilFree(gateway);
      await late.all(5000);
      await ledger?.flush();
      return ledgerLines(dir);
    },
  };
}

/** A budget for all time, in tokens. */
export function totalTokens(maxTokens = 1_000_000): ClientBudgets {
  return { tokensPerMinute: undefined, budgets: [{ per: "total", maxTokens, maxTicks: undefined }] };
}
