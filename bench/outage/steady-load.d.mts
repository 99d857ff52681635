// Types of steady-load.mjs, for the tests.

export interface Call {
  readonly id: string;
  readonly at: number;
  readonly ms: number;
  readonly status: number;
}

export class SteadyLoad {
  constructor(target: {
    readonly port: number;
    readonly path: string;
    readonly token: string;
    readonly perSecond: number;
  });
  readonly calls: readonly Call[];
  stop(): Promise<void>;
}
