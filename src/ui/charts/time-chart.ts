// Draws a chart with uPlot: stacked bars for counts, lines for durations.

import uPlot from "uplot";
import type { Column, Measure } from "./chart-specs.ts";
import { hasContent } from "./column-values.ts";
import type { Palette } from "./palette.ts";
import type { TimeSteps } from "./time-steps.ts";

export interface TimeChartOptions {
  readonly measure: Measure;
  readonly palette: Palette;
  /** Writes a value of the vertical axis. */
  readonly writeValue: (value: number) => string;
  /** Writes a time (unix ms) of the horizontal axis. @param stepMs the distance to the next time that is written */
  readonly writeTime: (unixMs: number, stepMs: number) => string;
  /** Called with the time step under the pointer, or undefined. */
  readonly onHover: (index: number | undefined) => void;
}

export interface TimeChartData extends TimeSteps {
  readonly columns: readonly Column[];
  readonly limit: number | null;
}

const HEIGHT_PX = 190;
const AXIS_FONT = '11px Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
/** Charts of one group share their cursor. */
const CURSOR_GROUP = "time";
/** A limit this many times above all values would make them too flat. It is then shown in the legend only. */
const MAX_LIMIT_RATIO = 3;
/** Axis steps for counts: whole numbers. */
const COUNT_STEPS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((ten) => [ten, 2 * ten, 5 * ten]);
/** Axis steps that are round numbers in ms, s or min. */
const MS_STEPS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 3e4, 6e4, 1.2e5, 3e5, 6e5,
];

/** One chart, as wide as its element. */
export class TimeChart {
  readonly #plot: uPlot;
  readonly #options: TimeChartOptions;
  readonly #resize: ResizeObserver;
  #range: [number, number] = [0, 1];
  #limit: number | null = null;
  #empty = true;

  /** @param columns all later data must have the same number of columns with the same tones */
  constructor(host: HTMLElement, columns: readonly Column[], options: TimeChartOptions) {
    this.#options = options;
    this.#plot = new uPlot(this.#settings(columns), undefined, host);
    this.#resize = new ResizeObserver(() => {
      const width = host.clientWidth;
      if (width > 0) this.#plot.setSize({ width, height: HEIGHT_PX });
    });
    this.#resize.observe(host);
  }

  update({ starts, stepMs, axisEnd, columns, limit }: TimeChartData): void {
    const step = stepMs / 1000;
    this.#range = [(starts[0] ?? 0) / 1000, axisEnd / 1000];
    this.#limit = limit;
    this.#empty = !hasContent(columns);
    // A step is drawn around its middle. uPlot draws the last series on top.
    const middles = starts.map((start) => start / 1000 + step / 2);
    const drawn = this.#options.measure === "ms" ? columns.map(({ values }) => [...values]) : stacked(columns);
    this.#plot.setData([middles, ...drawn] as uPlot.AlignedData);
  }

  /** Draws again with the current colours. */
  redraw(): void {
    this.#plot.redraw(false, false);
  }

  #settings(columns: readonly Column[]): uPlot.Options {
    const { measure, onHover } = this.#options;
    const lines = measure === "ms";
    const series = columns.map(({ tone }) => (lines ? this.#line(`--tone-${tone}`) : this.#bars(`--tone-${tone}`)));
    return {
      width: 320,
      height: HEIGHT_PX,
      padding: [8, 6, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: CURSOR_GROUP }, points: { show: lines, size: 7 } },
      scales: {
        x: { time: true, range: () => this.#range },
        y: { range: (_plot, _min, max) => [0, this.#top(max ?? 0)] },
      },
      axes: [this.#timeAxis(), this.#valueAxis()],
      series: [{}, ...(lines ? series : series.reverse())],
      hooks: {
        draw: [(plot) => this.#drawLimit(plot)],
        setCursor: [({ cursor }) => onHover(cursor.idx ?? undefined)],
      },
    };
  }

  #line(tone: string): uPlot.Series {
    const color = () => this.#options.palette.color(tone);
    return {
      stroke: color,
      width: 2,
      points: { size: 5, stroke: color, fill: color, filter: isolatedPoints },
    };
  }

  /** Bars of one colour; the last one is paler, because its step is not over yet. */
  #bars(tone: string): uPlot.Series {
    const { palette } = this.#options;
    const fills = ({ data: [times] }: uPlot) => {
      const colors = Array.from(times, () => palette.color(tone));
      return [...colors.slice(0, -1), palette.pale(tone)];
    };
    const paths = uPlot.paths.bars?.({ size: [0.78, 24], radius: 0.15, disp: { fill: { unit: 3, values: fills } } });
    return { fill: () => palette.color(tone), width: 0, points: { show: false }, ...(paths && { paths }) };
  }

  #timeAxis(): uPlot.Axis {
    const { palette, writeTime } = this.#options;
    return {
      stroke: () => palette.color("--muted"),
      font: AXIS_FONT,
      size: 26,
      gap: 6,
      space: 64,
      grid: { show: false },
      ticks: { stroke: () => palette.color("--line"), width: 1, size: 4 },
      values: (_plot, splits, _axis, _space, distance) =>
        splits.map((seconds) => writeTime(seconds * 1000, distance * 1000)),
    };
  }

  #valueAxis(): uPlot.Axis {
    const { measure, palette } = this.#options;
    return {
      stroke: () => palette.color("--muted"),
      font: AXIS_FONT,
      size: 54,
      gap: 8,
      space: 32,
      incrs: measure === "ms" ? MS_STEPS : COUNT_STEPS,
      grid: { stroke: () => palette.color("--grid"), width: 1 },
      ticks: { show: false },
      values: (_plot, splits) => splits.map((value) => this.#valueLabel(value)),
    };
  }

  /** An empty chart shows no numbers but 0. */
  #valueLabel(value: number): string {
    if (value === 0) return "0";
    return this.#empty ? "" : this.#options.writeValue(value);
  }

  /** Returns the end of the vertical axis: above all values, and above the limit if it is near. */
  #top(max: number): number {
    const values = Math.max(max * 1.08, this.#options.measure === "ms" ? 1 : 4);
    const limit = this.#limit ?? 0;
    return limit > values && limit <= max * MAX_LIMIT_RATIO ? limit * 1.08 : values;
  }

  #drawLimit(plot: uPlot): void {
    const top = plot.scales["y"]?.max ?? 0;
    if (this.#limit === null || this.#limit > top) return;
    const { ctx, bbox } = plot;
    const y = Math.round(plot.valToPos(this.#limit, "y", true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = this.#options.palette.color("--tone-limit");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}

/** Stacks columns by adding the ones below. The tallest comes first, so that the others are drawn over it. */
function stacked(columns: readonly Column[]): number[][] {
  const out: number[][] = [];
  let below: readonly number[] = [];
  for (const { values } of columns) {
    const sums: number[] = values.map((value, index) => (value ?? 0) + (below[index] ?? 0));
    out.unshift(sums);
    below = sums;
  }
  return out;
}

/** Returns the values with a gap on both sides. No line reaches them, so each gets a point. */
function isolatedPoints(plot: uPlot, seriesIndex: number): number[] {
  const values = plot.data[seriesIndex] ?? [];
  const hasValue = (index: number) => values[index] !== null && values[index] !== undefined;
  return [...values.keys()].filter((index) => hasValue(index) && !hasValue(index - 1) && !hasValue(index + 1));
}
