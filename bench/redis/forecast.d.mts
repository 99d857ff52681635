// Types of forecast.mjs, for the tests.

export interface ExchangeCost {
  readonly cpu: number;
  readonly scripts: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly slots: number;
}

export interface Fleet {
  readonly gateways: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly clients: number;
  readonly fullGates: number;
}

export interface Cost {
  readonly exchange: ExchangeCost;
  readonly slotCpu: number;
  readonly slotBytes: number;
  readonly probeCpu: number;
}

export function forecast(
  fleet: Fleet,
  cost: Cost,
): {
  calls: number;
  renewals: number;
  probes: number;
  megabytesIn: number;
  megabytesOut: number;
  core: number;
  connections: number;
  end: number;
};
