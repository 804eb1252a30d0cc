#!/usr/bin/env bash
# Installs the browser that System.Tests shows the login pages to. Does nothing when it is there.
set -euo pipefail

[ -x /usr/bin/chromium ] && exit 0
[ "$(id -u)" = 0 ] || exec sudo "$0"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium > /dev/null
