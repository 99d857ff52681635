// Which colours does a canvas draw with? Those of the style sheet, in the scheme of the moment.

/** Reads colours off the style sheet. A canvas takes no `var(…)` and no `light-dark(…)`, so the browser resolves them. */
export class Palette {
  readonly #probe: HTMLElement;
  readonly #known = new Map<string, string>();

  /** @param host an element of the page; an unseen child of it is what the browser resolves colours on */
  constructor(host: HTMLElement) {
    this.#probe = document.createElement("span");
    this.#probe.hidden = true;
    host.append(this.#probe);
  }

  /** @param name a custom property, such as `--tone-p50` */
  color(name: string): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#probe.style.color = `var(${name})`;
    const { color } = getComputedStyle(this.#probe);
    this.#known.set(name, color);
    return color;
  }

  /** To be called when the scheme has changed. */
  forget(): void {
    this.#known.clear();
  }
}
