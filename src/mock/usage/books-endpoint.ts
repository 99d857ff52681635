// Shows the mock's books at `GET /__books`, and empties them at `DELETE /__books`.

import { json, type PlainEndpoint } from "../endpoint.ts";

export const showBooks: PlainEndpoint = {
  method: "GET",
  path: "/__books",
  takes: "bytes",
  what: "the tokens that the mock billed, and whether it told them",
  answer: (call) => json({ ...call.books.report(), entries: call.books.entries }),
};

export const emptyBooks: PlainEndpoint = {
  method: "DELETE",
  path: "/__books",
  takes: "bytes",
  what: "empties the books",
  answer(call) {
    call.books.reset();
    return json({ emptied: true });
  },
};
