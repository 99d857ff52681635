// Reads the current colours of the style sheet for drawing on a canvas.

/** Lets the browser resolve `var(…)` and `light-dark(…)`, which a canvas does not understand. */
export class Palette {
  readonly #probe: HTMLElement;
  readonly #cache = new Map<string, string>();

  /** @param host an element of the page; it gets a hidden child whose computed colour is read */
  constructor(host: HTMLElement) {
    this.#probe = document.createElement("span");
    this.#probe.hidden = true;
    host.append(this.#probe);
  }

  /** @param name a custom property such as `--tone-p50` */
  color(name: string): string {
    return this.#resolve(`var(${name})`);
  }

  /** The same colour, much paler. It is not transparent, so nothing behind it shows through. */
  pale(name: string): string {
    return this.#resolve(`color-mix(in srgb, var(${name}) 42%, var(--surface))`);
  }

  /** Call this after a switch between light and dark. */
  clear(): void {
    this.#cache.clear();
  }

  #resolve(value: string): string {
    const cached = this.#cache.get(value);
    if (cached !== undefined) return cached;
    this.#probe.style.color = value;
    const { color } = getComputedStyle(this.#probe);
    this.#cache.set(value, color);
    return color;
  }
}
