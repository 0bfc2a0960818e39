#!/bin/sh
# Starts Memcached as the entry point of its official image does: options alone are the server's.
set -eu
case ${1:-} in -* | "") set -- memcached "$@" ;; esac
exec "$@"
