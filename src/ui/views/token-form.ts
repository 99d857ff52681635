// Asks for the metrics token and tries it before it is stored.

import { el, setAttribute, setText, uniqueId } from "../dom.ts";
import type { Locale } from "../locale.ts";
import type { SummaryResult } from "../summary.ts";
import { isSendable } from "../token-format.ts";

export interface TokenFormEvents {
  /** Tries a token. If it is accepted, the caller replaces the form; otherwise the form shows the error. */
  onToken(token: string): Promise<SummaryResult>;
}

export interface TokenForm {
  readonly root: HTMLElement;
  focus(): void;
}

/** @param tokenExpired the gateway accepted the previous token and has now refused it */
export function tokenForm({ texts }: Locale, tokenExpired: boolean, { onToken }: TokenFormEvents): TokenForm {
  const formTexts = texts.tokenForm;
  const [inputId, hintId, errorId] = [uniqueId("token"), uniqueId("hint"), uniqueId("error")];
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
  const submit = el("button", { type: "submit", class: "primary" }, formTexts.open);
  const form = el(
    "form",
    { novalidate: true },
    el("label", { for: inputId }, formTexts.label),
    input,
    error,
    submit,
    el("p", { id: hintId, class: "hint" }, formTexts.hint),
  );
  const icon = el("img", { src: "ui/icon.svg", alt: "", width: 44, height: 44 });
  const title = el("h1", {}, el("span", {}, texts.product), " ", el("small", {}, texts.page));
  const lead = el("p", {}, formTexts.lead);
  const root = el("main", { class: "token-form" }, el("div", { class: "card" }, icon, title, lead, form));

  const showError = (text: string) => {
    setText(error, text);
    setAttribute(input, "aria-invalid", text === "" ? undefined : "true");
  };
  const setChecking = (checking: boolean) => {
    submit.disabled = checking;
    setText(submit, checking ? formTexts.checking : formTexts.open);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    const token = input.value.trim();
    const problem = token === "" ? formTexts.missing : isSendable(token) ? "" : formTexts.wrong;
    showError(problem);
    if (problem !== "") return input.focus();
    setChecking(true);
    const result = await onToken(token);
    if (result.kind === "summary") return;
    setChecking(false);
    showError(errorText(result, formTexts));
    input.focus();
    if (result.kind === "unauthorized") input.select();
  });
  if (tokenExpired) showError(formTexts.expired);
  return { root, focus: () => input.focus() };
}

function errorText(result: Exclude<SummaryResult, { kind: "summary" }>, texts: Locale["texts"]["tokenForm"]): string {
  if (result.kind === "unauthorized") return texts.wrong;
  return result.status === undefined ? texts.unavailable : texts.unexpected(result.status);
}
