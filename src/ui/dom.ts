// Creates and changes elements of the page. Texts are always set as text, never as markup.

type Child = Node | string;
type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Creates an element. An attribute with `true` is set without a value; one with `false` is left out. */
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

/** Sets a text only if it differs, so that a refresh does not remove the user's selection. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets the text of a name, which may be broken after an underscore if it is too long for its line. */
export function setName(element: Element, name: string): void {
  if (element.textContent === name) return;
  const parts = name.split(/(?<=_)/).flatMap((part) => [part, el("wbr")]);
  element.replaceChildren(...parts.slice(0, -1));
}

/** Sets an attribute if it differs; `undefined` removes it. */
export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

let lastId = 0;

/** Returns an id that no other element has. */
export function uniqueId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
