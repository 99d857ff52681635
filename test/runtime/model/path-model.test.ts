// Checks which models a path and a query name.

import { describe, expect, it } from "vitest";
import { modelsInPath, modelsInQuery } from "../../../src/runtime/model/path-model.ts";

describe("a path", () => {
  it.each([
    ["/v1beta/models/gemini-2.5-pro:generateContent", ["gemini-2.5-pro"]],
    ["/models/gemini-2.5-pro:streamGenerateContent", ["gemini-2.5-pro"]],
    ["/v1/projects/p/locations/l/publishers/google/models/gemini-x:predict", ["gemini-x"]],
    ["/v1/projects/p/locations/l/publishers/anthropic/models/claude-x@20250101:rawPredict", ["claude-x@20250101"]],
    ["/models/a:b:verb", ["a:b"]],
    ["/models/a:", ["a"]],
    ["/models/gemini%2Dx:generateContent", ["gemini-x"]],
    ["/models/gemini-x%3AgenerateContent", ["gemini-x"]],
    ["/m%6Fdels/gemini-x:generateContent", ["gemini-x"]],
    ["/models/%E6%A8%A1:generateContent", ["模"]],
    ["/models/a%ff%2db:generateContent", ["a%ff-b"]],
    ["/models/a%zz:generateContent", ["a%zz"]],
    ["/v1beta%2Fmodels%2Fgemini-x:generateContent", ["gemini-x"]],
    ["/models/a%2Fmodels%2Fb:verb", ["a/models/b", "b"]],
    ["/models/org%2Fname:verb", ["org/name"]],
    ["/models/a:x/models/b:y", ["a", "b"]],
    ["/openai/deployments/gpt-x/chat/completions", ["gpt-x"]],
    ["/openai/deployments/gpt%20x/chat/completions", ["gpt x"]],
    ["/openai/deployments/gpt-x/", ["gpt-x"]],
    ["/openai/deployments/gpt-x", []],
    ["/openai/deployments//chat", []],
    ["/deployments/a/models/b:c", ["a", "b"]],
    ["/openai/Deployments/gpt-x/chat/completions", ["gpt-x"]],
    ["/openai/deployments//gpt-x/chat/completions", ["gpt-x"]],
    ["/v1beta/MODELS///gemini-x:generateContent", ["gemini-x"]],
    ["/v1beta/M%4fdels/gemini-x:generateContent", ["gemini-x"]],
    ["//models//gemini-x:generateContent", ["gemini-x"]],
    ["/v1/models", []],
    ["/v1/models/", []],
    ["/v1/models/gpt-x", []],
    ["/v1/models/:verb", []],
    ["/v1beta/tunedModels/a:generateContent", ["a"]],
    ["/v1beta/TUNEDMODELS//a%3Agenerate", ["a"]],
    ["/v1/projects/p/locations/l/endpoints/123:generateContent", ["123"]],
    ["/v1/projects/p/locations/l/endpoints/openapi/chat/completions", []],
    ["/v1beta/tunedModels/a", []],
    ["/v1/mymodels/a:b", []],
    ["/models:verb", []],
    ["/v1/chat/completions", []],
    ["/%", []],
    ["", []],
  ])("%s names %j", (path, names) => {
    expect(modelsInPath(path)).toEqual(names);
  });
});

describe("a query", () => {
  it.each([
    ["", []],
    ["?", []],
    ["?model=gpt-x", ["gpt-x"]],
    ["?a=1&mod%65l=gpt%2Dx&b", ["gpt-x"]],
    ["?model=", [""]],
    ["?model", [""]],
    ["?model=a+b", ["a+b", "a b"]],
    ["?model=a%2Bb", ["a+b"]],
    ["?models=a&Model=b", []],
    ["?model=a&model=a", "given_twice"],
    ["?model=a&m%6fdel=b", "given_twice"],
  ])("%s names %j", (query, names) => {
    expect(modelsInQuery(query)).toEqual(names);
  });
});
