#!/usr/bin/env bash
# Print running, success or failed for a job's number. SITE: this asks SLURM.
set -euo pipefail
state=$(sacct --jobs "$1" --format State --noheader --parsable2 --allocations | head -n 1)
case "$state" in
  COMPLETED) echo success ;;
  "" | PENDING | CONFIGURING | RUNNING | COMPLETING | SUSPENDED) echo running ;;
  *) echo failed ;;
esac
