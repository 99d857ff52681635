#!/usr/bin/env bash
# Installs the programs of Debian that tests judge the gateway with. Fast when all are there. Needs root where one is missing.
set -euo pipefail

# program package
tools="
promtool prometheus
chromium chromium
"

missing=()
while read -r program package; do
  if [ -n "$program" ] && ! command -v "$program" >/dev/null; then missing+=("$package"); fi
done <<<"$tools"

if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  # RUNLEVEL=1: the programs are wanted, their services are not.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
