#!/usr/bin/env bash
# Cancel the SLURM jobs that a killed Snakemake left behind, wait until they are gone, and unlock the folder.
# Usage: profiles/slurm/cancel_orphans.sh [folder of the run]; then start the run again, as before.
set -euo pipefail
cd "${1:-.}"
runs=$(grep -hoE 'SLURM run ID: [0-9a-f-]+' .snakemake/log/*.log 2>/dev/null | awk '{print $NF}' | sort -u | paste -sd, - || true)
if [ -n "$runs" ]; then
  scancel --name "$runs"
  while [ -n "$(squeue --noheader --name "$runs" --format %i)" ]; do sleep 1; done
fi
rm -rf .snakemake/locks
echo "no job of this folder is left; start the run again"
