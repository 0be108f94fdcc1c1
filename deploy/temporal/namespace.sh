#!/bin/sh
# Registers the namespace unless it is there. Closed workflows are kept as long as RETENTION; the
# ledger knows an id after that too.
#
# Needs TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, which the command reads itself, and RETENTION.
set -eu

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
