#!/usr/bin/env bash
# Installs the RabbitMQ server that Migration.Tests starts a node of its own from. Does nothing when it is there.
set -euo pipefail

[ -x /usr/sbin/rabbitmq-server ] && exit 0
[ "$(id -u)" = 0 ] || exec sudo "$0"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The tests need the programs, not the distribution's service: 101 tells the package to leave it stopped.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get install -y -qq --no-install-recommends rabbitmq-server > /dev/null
