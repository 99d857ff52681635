#!/usr/bin/env bash
# What do some tests need that npm can't bring? Debian packages; installed when missing, nothing done when all are there.
set -euo pipefail

missing=()
# need COMMAND PACKAGE
need() { command -v "$1" >/dev/null || missing+=("$2"); }

# The dashboard's tests look at the page in it.
need chromium chromium

if ((${#missing[@]} == 0)); then exit 0; fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
