#!/usr/bin/env bash
# Installs the programs of Debian that tests judge the gateway with. Fast when all are there. Needs root where one is missing.
# What can't be installed is named; the tests that want it then say so and are skipped.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"

# program package
tools="
chromium chromium
curl curl
danted dante-server
microsocks microsocks
openssl openssl
promtool prometheus
squid squid
systemd-analyze systemd
testssl testssl.sh
tinyproxy tinyproxy
"

missing=()
while read -r program package; do
  if [ -n "$program" ] && ! command -v "$program" >/dev/null; then missing+=("$package"); fi
done <<<"$tools"
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "test tools: ${missing[*]} are missing, and only root can install them, on Debian: apt-get install ${missing[*]}" >&2
  exit 0
fi
wait_for_lock="-o DPkg::Lock::Timeout=300"
# RUNLEVEL=1: the programs are wanted, their services are not.
if ! apt-get $wait_for_lock update -qq ||
  ! RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get $wait_for_lock install -y -qq --no-install-recommends "${missing[@]}"; then
  echo "test tools: ${missing[*]} could not be installed; tests that need them are skipped" >&2
fi
