#!/usr/bin/env bash
# Installs OpenStack Swift's library, from which the tests start a small S3 server of another author. Does nothing when it is there.
set -euo pipefail

/usr/bin/python3 -c 'import swift.common.middleware.s3api' 2> /dev/null && exit 0
[ "$(id -u)" = 0 ] || exec sudo "$0"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends python3-swift > /dev/null
