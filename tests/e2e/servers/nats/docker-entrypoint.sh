#!/bin/sh
# Starts NATS as the entry point of its official image does. Kept of that one:
#   options alone are the server's; another command is run as it is; the settings are looked for at
#   /etc/nats/nats-server.conf where nothing is said; there is no user of its own.
# Not kept: Alpine. The tools of busybox that its pings use are Debian's busybox.
set -eu
case ${1:-} in -* | "") set -- nats-server "$@" ;; esac
exec "$@"
