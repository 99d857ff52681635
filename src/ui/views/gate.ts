// How does one get in? With the metrics token, which is tried before it is kept.

import type { Answer } from "../answer.ts";
import { el, freshId, setAttribute, setText } from "../dom.ts";
import type { Reader } from "../reader.ts";
import { isSendable } from "../token-text.ts";

export interface GateEvents {
  /** Tries a token. The gate shows what comes of it, unless it was good. */
  onToken(token: string): Promise<Answer>;
}

export interface Gate {
  readonly root: HTMLElement;
  focus(): void;
}

/** @param noLonger the token of before has been refused */
export function gate({ words }: Reader, noLonger: boolean, { onToken }: GateEvents): Gate {
  const texts = words.gate;
  const [inputId, hintId, errorId] = [freshId("token"), freshId("hint"), freshId("error")];
  const input = el("input", {
    id: inputId,
    type: "password",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    required: true,
    "aria-describedby": `${errorId} ${hintId}`,
  });
  const error = el("p", { id: errorId, class: "error", role: "alert" });
  const submit = el("button", { type: "submit", class: "primary" }, texts.open);
  const form = el(
    "form",
    { novalidate: true },
    el("label", { for: inputId }, texts.label),
    input,
    error,
    submit,
    el("p", { id: hintId, class: "hint" }, texts.hint),
  );
  const head = el("img", { src: "ui/icon.svg", alt: "", width: 44, height: 44 });
  const title = el("h1", {}, el("span", {}, words.product), " ", el("small", {}, words.page));
  const root = el("main", { class: "gate" }, el("div", { class: "card" }, head, title, el("p", {}, texts.lead), form));

  const say = (text: string) => {
    setText(error, text);
    setAttribute(input, "aria-invalid", text === "" ? undefined : "true");
  };
  const busy = (checking: boolean) => {
    submit.disabled = checking;
    setText(submit, checking ? texts.checking : texts.open);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    const token = input.value.trim();
    const problem = token === "" ? texts.missing : isSendable(token) ? "" : texts.wrong;
    say(problem);
    if (problem !== "") return input.focus();
    busy(true);
    const answer = await onToken(token);
    if (answer.kind === "summary") return;
    busy(false);
    say(complaint(answer, texts));
    input.focus();
    if (answer.kind === "unauthorized") input.select();
  });
  if (noLonger) say(texts.noLonger);
  return { root, focus: () => input.focus() };
}

function complaint(answer: Exclude<Answer, { kind: "summary" }>, texts: Reader["words"]["gate"]): string {
  if (answer.kind === "unauthorized") return texts.wrong;
  return answer.status === undefined ? texts.gone : texts.strange(answer.status);
}
