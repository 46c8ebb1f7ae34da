#!/usr/bin/env bash
# Deploys a package to a function app, and waits until the app answers from its database and queues.
set -euo pipefail

if [ $# -ne 3 ]; then
  echo "usage: $0 <resource group> <function app> <package>" >&2
  exit 64
fi
group=$1 app=$2 package=$3

az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$package" --output none

host=$(az functionapp show --resource-group "$group" --name "$app" --query "defaultHostName || properties.defaultHostName" --output tsv)
for _ in $(seq 60); do
  if curl --fail --silent --max-time 10 "https://$host/api/health/ready"; then
    echo " from https://$host"
    exit 0
  fi
  sleep 5
done
echo "https://$host/api/health/ready does not answer: deploy the package before this one again." >&2
exit 1
