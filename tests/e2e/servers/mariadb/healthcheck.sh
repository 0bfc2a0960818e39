#!/bin/bash
# What the script of this name in MariaDB's official image says with --connect and --innodb_initialized, by the user of the file
# that --defaults-extra-file names. Its other options are not there.
set -euo pipefail
file=
asked=()
for option; do
  case $option in
    --defaults-extra-file=*) file=$option ;;
    --connect) asked+=("select @@skip_networking = 0") ;;
    --innodb_initialized)
      asked+=("select count(*) from information_schema.engines where engine = 'innodb' and support in ('YES', 'DEFAULT')")
      ;;
    *) echo "no option $option" >&2 && exit 1 ;;
  esac
done
for query in "${asked[@]}"; do
  [ "$(mariadb ${file:+"$file"} --protocol=socket --skip-column-names --batch -e "$query")" = 1 ]
done
