#!/bin/bash
# Starts Debian's PostgreSQL as the entry point of the official image starts its own. Kept of that one:
#   options alone are the server's; another command is run as it is; only a user without privileges gets this far;
#   POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB and POSTGRES_INITDB_ARGS, also by X_FILE; PGDATA;
#   POSTGRES_HOST_AUTH_METHOD; POSTGRES_INITDB_WALDIR; files of /docker-entrypoint-initdb.d on an empty folder;
#   a server that sets the database up listens on its socket alone; what another major version has left below
#   /var/lib/postgresql is no reason to begin an empty database beside it.
# Not kept: a start as root, and compressed files for an empty database.
set -euo pipefail

case ${1:-} in -* | "") set -- postgres "$@" ;; esac
[ "$1" = postgres ] || exec "$@"
[ "$(id -u)" != 0 ] || { echo "this image does not start as root" >&2 && exit 1; }

# file_env NAME [DEFAULT]: the variable, or what is in the file that NAME_FILE names; both is a mistake, as there.
file_env() {
  local name=$1 file=${1}_FILE
  if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
    echo "error: both $name and $file are set (but are exclusive)" >&2
    exit 1
  fi
  if [ -n "${!file:-}" ]; then value=$(<"${!file}"); else value=${!name:-${2:-}}; fi
}
file_env POSTGRES_PASSWORD && password=$value
file_env POSTGRES_USER postgres && user=$value
file_env POSTGRES_DB "$user" && database=$value
file_env POSTGRES_INITDB_ARGS && arguments=$value
unset POSTGRES_PASSWORD PGPASSWORD

# There, too, whoever may not do this gets no error: the server has the last word.
mkdir -p "$PGDATA"
chmod 00700 "$PGDATA" 2>/dev/null || :
mkdir -p /var/run/postgresql 2>/dev/null || :
chmod 03775 /var/run/postgresql 2>/dev/null || :

begin() {
  local others
  others=$(find /var/lib/postgresql -mindepth 1 -maxdepth 3 -name PG_VERSION -not -path "$PGDATA/*" 2>/dev/null || :)
  if [ -n "$others" ]; then
    echo "error: there is a database of another version ($others), and none at $PGDATA" >&2
    exit 1
  fi
  local method=${POSTGRES_HOST_AUTH_METHOD:-}
  if [ -z "$password" ] && [ "$method" != trust ]; then
    echo "error: the database is not set up, and POSTGRES_PASSWORD says no password for its superuser" >&2
    exit 1
  fi
  [ -z "${POSTGRES_INITDB_WALDIR:-}" ] || arguments="$arguments --waldir=$POSTGRES_INITDB_WALDIR"
  # Words, with quotes, as there.
  eval "initdb --username=\"\$user\" --pwfile=<(printf '%s\n' \"\$password\") $arguments"
  printf '\nhost all all all %s\n' "${method:-$(postgres -C password_encryption)}" >>"$PGDATA/pg_hba.conf"
  PGUSER=$user pg_ctl -D "$PGDATA" -o "$(printf '%q ' "${@:2}" -c listen_addresses= -p 5432)" -w start
  local psql=(psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$user")
  if [ "$database" != postgres ]; then
    "${psql[@]}" --dbname postgres --set name="$database" <<<'CREATE DATABASE :"name";'
  fi
  local file
  # shellcheck disable=SC1090 # Whatever is given is run.
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) "${psql[@]}" --dbname "$database" -f "$file" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
  echo "PostgreSQL init process complete; ready for start up."
}
[ -s "$PGDATA/PG_VERSION" ] || begin "$@"
exec "$@"
