// Types of sick-upstream.mjs, for the tests.

export type Mode = "well" | "refusing" | "hanging" | "busy";

export class SickUpstream {
  readonly answeredAt: number;
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  become(mode: Mode): Promise<void>;
}
