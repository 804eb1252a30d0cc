#!/usr/bin/env bash
# Installs the WebDAV programs that System.Tests runs against the edge. Does nothing when they are there.
set -euo pipefail

[ -x /usr/bin/litmus ] && [ -x /usr/bin/cadaver ] && [ -x /usr/bin/rclone ] && [ -x /usr/bin/nextcloudcmd ] && exit 0
[ "$(id -u)" = 0 ] || exec sudo "$0"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends litmus cadaver rclone nextcloud-desktop-cmd > /dev/null
