#!/bin/sh
# Starts FerretDB as the entry point of MongoDB's official image starts mongod: the same variables, the same arguments.
set -eu

# As there: options alone are mongod's, and another command is run instead.
case ${1:-} in -* | "") set -- mongod "$@" ;; esac
[ "$1" = mongod ] || exec "$@"
shift

# file_env NAME: the value of NAME, or what is in the file that NAME_FILE names; both is a mistake, as there.
file_env() {
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  if [ -n "$value" ] && [ -n "$file" ]; then
    echo "error: both $1 and $1_FILE are set (but are exclusive)" >&2
    exit 1
  fi
  [ -z "$file" ] || value=$(cat "$file")
}
file_env MONGO_INITDB_ROOT_USERNAME
username=$value
file_env MONGO_INITDB_ROOT_PASSWORD
password=$value

address=127.0.0.1:27017
for argument; do
  case $argument in
    --bind_ip_all) address=:27017 ;;
    --wiredTigerCacheSizeGB=*) ;;
    *) echo "FerretDB has nothing for $argument" >&2 && exit 2 ;;
  esac
done

# It keeps its state and one SQLite file a database where MongoDB keeps its data.
export FERRETDB_SETUP_USERNAME="$username" FERRETDB_SETUP_PASSWORD="$password" FERRETDB_SETUP_DATABASE=admin
exec ferretdb --handler=sqlite --sqlite-url=file:/data/db/ --state-dir=/data/db --listen-addr="$address" \
  --telemetry=disable --debug-addr=- --log-level=warn --test-enable-new-auth
