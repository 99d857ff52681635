// Each response of the corpus gives the same usage, however its bytes are cut, and under each content coding.

import { describe, expect, it } from "vitest";
import { randomFrom } from "../support/random.ts";
import { corpusBytes, corpusCases } from "./read-corpus.ts";
import { cutAt, ENCODERS, eventsOf, singleBytes, somePlaces, tapCorpus } from "./tap-corpus.ts";

const cases = corpusCases();
/** A longer body is cut only where something begins or ends. */
const LONG = 4000;

/** The places to cut a body at. */
function placesOf(body: Buffer): number[] {
  const all = Array.from(body, (_, i) => i).slice(1);
  if (body.length <= LONG) return all;
  const text = body.toString("latin1");
  const near = new Set<number>();
  for (const { index } of text.matchAll(/\n|"usage|"response"|"model"|\[DONE\]/g)) {
    for (let place = index - 4; place <= index + 12; place++) near.add(place);
  }
  return all.filter((place) => near.has(place) || place > body.length - 500);
}

describe.each(cases)("$file", (shown) => {
  const body = corpusBytes(shown.file);

  it("tells the same in two pieces, cut at any byte", async () => {
    for (const place of placesOf(body)) {
      const report = await tapCorpus(shown, cutAt(body, [place]));
      // A comparison of texts is cheap; the other one tells what differs.
      if (JSON.stringify(report) === JSON.stringify(shown.report)) continue;
      expect({ place, report }).toEqual({ place, report: shown.report });
    }
  });

  it("tells the same byte by byte, and event by event", async () => {
    expect(await tapCorpus(shown, singleBytes(body))).toEqual(shown.report);
    expect(await tapCorpus(shown, eventsOf(body))).toEqual(shown.report);
  });

  it("tells the same cut at random places, under each coding", async () => {
    const random = randomFrom(body.length);
    for (let i = 0; i < 20; i++) {
      const places = somePlaces(body, random);
      expect({ places, report: await tapCorpus(shown, cutAt(body, places)) }).toEqual({ places, report: shown.report });
    }
    for (const { name, coding, encode } of ENCODERS) {
      const coded = await encode(eventsOf(body));
      for (const chunks of [[coded], singleBytes(coded), cutAt(coded, somePlaces(coded, random))]) {
        const report = await tapCorpus(shown, chunks, coding);
        expect({ name, pieces: chunks.length, report }).toEqual({ name, pieces: chunks.length, report: shown.report });
      }
    }
  });
});
