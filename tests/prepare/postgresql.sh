#!/usr/bin/env bash
# Installs the PostgreSQL server that tests start one of their own from. Does nothing when it is there.
set -euo pipefail

compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null && exit 0
[ "$(id -u)" = 0 ] || exec sudo "$0"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The tests need the programs, not a server of the distribution: no cluster is made.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
apt-get install -y -qq --no-install-recommends postgresql > /dev/null
