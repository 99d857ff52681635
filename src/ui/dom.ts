// How is a piece of the page made? Elements from tag, attributes and children: text is always text, never markup.

type Child = Node | string;
type Attributes = Readonly<Record<string, string | number | boolean>>;

/** An element. `true` sets an attribute bare, `false` leaves it out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Sets text only when it differs, so that a refresh does not undo a selection. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets, or with undefined takes away, an attribute; only when it differs. */
export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

let ids = 0;

/** An id that no other element has. */
export function freshId(stem: string): string {
  ids += 1;
  return `${stem}-${ids}`;
}
