// Tests what counts as a container, on machines that the test describes.

import { expect, test } from "vitest";
import { containerSign, type Surroundings } from "../../src/cli/container.ts";

const ID = "4fa6e0f0c6786287e131c3852c58a2e01cc697a68231826813597e4994f1d6e2";

function machine(parts: { env?: Record<string, string>; files?: string[]; cgroup?: string }): Surroundings {
  return {
    env: (name) => parts.env?.[name],
    exists: (path) => parts.files?.includes(path) === true,
    read: (path) => (path === "/proc/self/cgroup" ? (parts.cgroup ?? "") : ""),
  };
}

test.each<[what: string, parts: Parameters<typeof machine>[0], sign: string | undefined]>([
  ["Docker", { files: ["/.dockerenv"] }, "/.dockerenv"],
  ["Podman", { files: ["/run/.containerenv"] }, "/run/.containerenv"],
  ["Kubernetes", { env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" } }, "KUBERNETES_SERVICE_HOST"],
  ["a control group of Docker", { cgroup: `5:cpu:/docker/${ID}\n` }, "/proc/self/cgroup"],
  ["the same with systemd", { cgroup: `0::/system.slice/docker-${ID}.scope\n` }, "/proc/self/cgroup"],
  ["a control group of Kubernetes", { cgroup: `0::/kubepods.slice/kubepods-pod1.slice/x\n` }, "/proc/self/cgroup"],
  ["a machine", { cgroup: "0::/system.slice/ai-gw-lite.service\n" }, undefined],
  ["the Docker daemon itself", { cgroup: "0::/system.slice/docker.service\n" }, undefined],
  ["a whole system in LXC", { cgroup: "0::/lxc/web1/system.slice/x.service\n" }, undefined],
  ["an empty variable", { env: { KUBERNETES_SERVICE_HOST: "" } }, undefined],
  ["no files at all", {}, undefined],
])("%s", (_what, parts, sign) => {
  expect(containerSign(machine(parts))).toBe(sign);
});
