#!/bin/sh
# Creates Temporal's two databases with their schemas, or brings those that are there to the version
# of this image. Runs before every start of the server; repeating it has no effect.
#
# Needs SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD, which the tool reads itself.
set -eu

prepare() {
  tool="temporal-sql-tool --plugin postgres12 --database $1"
  $tool create-database
  # Makes the tables in which the tool keeps the version; a schema that is newer stays as it is.
  $tool setup-schema --version 0.0
  $tool update-schema --schema-name "$2"
}

prepare temporal postgresql/v12/temporal
prepare temporal_visibility postgresql/v12/visibility
