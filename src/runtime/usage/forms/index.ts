// The entry to the forms: turns the few members of a response's events that report usage into a report (contract, section 13, "Forms").

import type { UsageForm } from "../../../plan/usage.ts";
import { NO_COUNTS, type UsageReport } from "../usage-report.ts";
import { anthropicReader } from "./anthropic-form.ts";
import type { FormReader } from "./form-reader.ts";
import { geminiReader } from "./gemini-form.ts";
import { nameIn } from "./name.ts";
import { openAiReader, openAiUsage } from "./openai-form.ts";
import { ownCostTicks } from "./own-cost.ts";
import { cohereReader, converseReader, ollamaReader } from "./plain-forms.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { areSound, membersOf, withoutOddReasoning } from "./token-count.ts";
import type { ToldEvent, UsageAccumulator } from "./usage-form.ts";

export { KEPT, needlesOf } from "./kept-members.ts";
export type { KeptMembers, ToldEvent, UsageAccumulator } from "./usage-form.ts";

const READERS: Readonly<Record<Shape, (isStream: boolean) => FormReader>> = {
  openai: openAiReader,
  anthropic: anthropicReader,
  gemini: geminiReader,
  ollama: ollamaReader,
  cohere: cohereReader,
  converse: converseReader,
};

/**
 * Builds what gathers the usage of one response.
 * @param form `auto`: the first event that reports usage decides, by its shape
 * @param isStream the response may have more than one event: an event stream, lines, or an array of chunks
 */
export function createAccumulator(form: UsageForm, isStream: boolean): UsageAccumulator {
  return new Accumulator(form, isStream);
}

class Accumulator implements UsageAccumulator {
  readonly #isStream: boolean;
  #reader: FormReader | undefined;
  #model: string | undefined;
  #serviceTier: string | undefined;
  #ownCostTicks: number | undefined;
  #hasTold = false;
  /** A number was told that can't be. Then no other of the response is believed. */
  #isBroken = false;
  #isDone = false;

  constructor(form: UsageForm, isStream: boolean) {
    this.#isStream = isStream;
    this.#reader = form === "auto" ? undefined : READERS[form](isStream);
  }

  take(event: ToldEvent): void {
    this.#takeNames(event);
    const reader = this.#reader ?? this.#readerFor(event);
    if (reader?.take(event) !== true) return;
    this.#reader = reader;
    this.#hasTold = true;
    this.#isBroken ||= !areSound(reader.counts());
    this.#ownCostTicks = ownCostTicks(openAiUsage(event) ?? {});
  }

  done(): void {
    this.#isDone = true;
  }

  result(complete: boolean): UsageReport {
    const reader = this.#reader;
    const names = { model: this.#model, serviceTier: reader?.serviceTier() ?? this.#serviceTier };
    if (reader === undefined || !this.#hasTold || this.#isBroken) {
      return { known: "unknown", counts: NO_COUNTS, ...names, ownCostTicks: undefined };
    }
    const isAll = reader.isFinal() || ((complete || this.#isDone) && reader.isWhole());
    return {
      known: isAll ? "reported" : "partial",
      counts: withoutOddReasoning(reader.counts()),
      ...names,
      ownCostTicks: this.#ownCostTicks,
    };
  }

  #readerFor(event: ToldEvent): FormReader | undefined {
    const shape = shapeOf(event);
    return shape === undefined ? undefined : READERS[shape](this.#isStream);
  }

  /** The first name of a model counts: Azure begins with an empty one. The last tier counts: a response may begin with `auto`. */
  #takeNames({ data }: ToldEvent): void {
    const response = membersOf(data["response"]);
    this.#model ??=
      nameIn(data["model"]) ??
      nameIn(data["modelVersion"]) ??
      nameIn(response["model"]) ??
      nameIn(membersOf(data["message"])["model"]);
    this.#serviceTier = nameIn(data["service_tier"]) ?? nameIn(response["service_tier"]) ?? this.#serviceTier;
  }
}
